"""Refreshes that start by themselves, and how a data set is refreshed incrementally."""
