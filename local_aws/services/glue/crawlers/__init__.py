"""Crawlers: they list S3, read what they find, and describe it in the catalog."""
