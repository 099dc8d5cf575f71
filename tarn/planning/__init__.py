"""What a deploy or a backfill will do, before it does it."""
