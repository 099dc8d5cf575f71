"""Where figures and columns come from."""
