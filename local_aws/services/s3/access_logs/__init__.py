"""Server access logs: what each request to a bucket was, delivered as objects to another."""
