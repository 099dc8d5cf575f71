"""Rows of files that the engine cannot read as Athena does, decoded in Python: one SerDe a module.

https://docs.aws.amazon.com/athena/latest/ug/supported-serdes.html
"""
