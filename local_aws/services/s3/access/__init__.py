"""Who may do what to a bucket."""
