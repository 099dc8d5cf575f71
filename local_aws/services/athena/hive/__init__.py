"""Hive's statements over the Glue catalog: DDL, SHOW and DESCRIBE."""
