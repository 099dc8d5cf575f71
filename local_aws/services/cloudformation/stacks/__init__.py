"""Stacks: what is kept of them, and the operations that bring one to what a template says."""
