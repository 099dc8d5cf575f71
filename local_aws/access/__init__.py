"""Who may do what: policies read, matched and decided, without HTTP and without state.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies.html
"""
