"""Athena's operations beside queries, and the pages of answers."""
