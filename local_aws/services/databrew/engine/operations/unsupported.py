"""The documented operations that are refused by name, and what each group would need.

https://docs.aws.amazon.com/databrew/latest/dg/recipe-actions-reference.html
"""

UNSUPPORTED: dict[str, tuple[str, ...]] = {
    # an answer to an interactive session, no change of rows
    "quality": ("GET_ADVANCED_DATATYPE",),
    # AWS publishes the cipher, not how a cell of it is framed
    "pii": ("DECRYPT", "DETERMINISTIC_DECRYPT", "DETERMINISTIC_ENCRYPT", "ENCRYPT"),
    # for an interactive session of a project alone, says the guide: no job has what they fetch
    "other": ("GET_ACTION_RESULT", "GET_STEP_DATAFRAME"),
}

# Seen in exports, and without a page that says what its parameters mean.
UNDOCUMENTED = ("UNNEST_SPECIFIC_KEY",)
NAMES = frozenset(name for names in UNSUPPORTED.values() for name in names) | {*UNDOCUMENTED}
