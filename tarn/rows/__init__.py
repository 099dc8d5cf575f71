"""Rows between landing and publishing: raw records, recipes, quarantine and replay."""
