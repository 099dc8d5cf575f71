"""Faults on purpose, for tests: what AWS does on a bad day, at the call that a test names.

Only where the server was started with ``--allow-faults``. A signed ``POST /_local_aws/faults`` sets
the rules, ``GET`` shows them and how often each fired, ``DELETE`` takes them away. They live in
memory. Jobs' own calls are struck as anybody's: name the operation.
"""
