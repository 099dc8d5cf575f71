"""Formats of files that more than one service writes."""
