"""Classifiers: the built-in ones (`chain`), and those of the account (`definitions`)."""
