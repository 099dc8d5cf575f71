"""The ledger: what each partition run was, was made from, and cost."""
