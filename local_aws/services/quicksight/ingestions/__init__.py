"""Ingestions: a data set's rows fetched anew, whole or from a window on, into one extract."""
