"""Templates: parsed, checked and resolved, without any stack or service."""
