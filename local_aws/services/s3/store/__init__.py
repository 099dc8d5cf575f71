"""A bucket on disk: where bytes lie, what is known of each version, how a listing walks."""
