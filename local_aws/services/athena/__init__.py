"""Athena: workgroups, queries over the Glue catalog, and their results in S3."""
