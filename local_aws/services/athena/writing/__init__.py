"""Query results as files of a table or a folder."""
