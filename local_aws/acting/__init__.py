"""Services at work for somebody: in a role that they assume, or with their caller's rights.

An engine is given a `Platform`, and so it is here: `Acting` hands out one whose S3, catalog, logs
and metrics decide first whether the role or the caller may. Who is the account's root gets the
platform as it is, so that root's work costs nothing.
"""
