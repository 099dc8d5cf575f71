"""S3: objects are files, `model.S3Store` is what other services use, `handler` speaks the wire."""
