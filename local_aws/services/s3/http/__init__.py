"""What of a request is HTTP: its headers, its body and what signs it."""
