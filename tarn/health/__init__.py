"""The state of the lake: the matrix of partitions, freshness, and alerts."""
