"""STS: temporary credentials and who the caller is."""
