"""What runs inside a Glue job's own processes. The server never imports it."""
