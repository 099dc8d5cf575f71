"""Service Quotas: what an account may use of the lake's services."""
