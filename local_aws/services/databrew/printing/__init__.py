"""A recipe as code for other engines: what `./lake recipe show` prints."""
