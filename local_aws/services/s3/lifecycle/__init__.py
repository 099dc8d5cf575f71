"""What a bucket does with its objects by itself as they grow old."""
