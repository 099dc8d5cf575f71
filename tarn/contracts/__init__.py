"""Contracts: read, compared with what is deployed and with what drifted, and patched."""
