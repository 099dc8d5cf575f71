"""What readers see of a partition, what they saw before, and what is kept of it."""
