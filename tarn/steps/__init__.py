"""The way of a partition, one module for each step:

land → profile → clean → convert → crawl → validate → publish; then views → dashboards.
Each step can run again, at once or a year later, with the same result.
"""
