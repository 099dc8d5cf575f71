"""``./lake sql``: Athena from a terminal, a statement at a time or at a prompt."""
