"""The documented operations that are refused by name, and what each group would need.

https://docs.aws.amazon.com/databrew/latest/dg/recipe-actions-reference.html
"""

UNSUPPORTED: dict[str, tuple[str, ...]] = {
    # nested values
    "basic": ("JSON_TO_STRUCTS",),
    # a path into nested values
    "cleaning": ("EXTRACT_VALUE",),
    # an answer to an interactive session, no change of rows
    "quality": ("GET_ADVANCED_DATATYPE",),
    # AWS publishes the cipher, not how a cell of it is framed
    "pii": (
        "DECRYPT",
        "DETERMINISTIC_DECRYPT",
        "DETERMINISTIC_ENCRYPT",
        "ENCRYPT",
    ),
    # the expression grammar; the rarer ways to split
    "column structure": (
        "BOOLEAN_OPERATION",
        "CASE_OPERATION",
        "SPLIT_COLUMN_BETWEEN_DELIMITER",
        "SPLIT_COLUMN_MULTIPLE_DELIMITER",
        "SPLIT_COLUMN_WITH_INTERVALS",
    ),
    # libphonenumber's data: which numbers there are
    "formatting": ("FORMAT_PHONE_NUMBER",),
    # a second input, nested values and reshaping
    "data structure": (
        "NEST_TO_ARRAY",
        "NEST_TO_MAP",
        "NEST_TO_STRUCT",
        "UNNEST_ARRAY",
        "UNNEST_MAP",
        "UNNEST_STRUCT",
        "UNNEST_STRUCT_N",
        "GROUP_BY",
        "JOIN",
        "PIVOT",
        "TRANSPOSE",
        "UNION",
        "UNPIVOT",
    ),
    # encodings
    "data science": (
        "BINARIZATION",
        "BUCKETIZATION",
        "CATEGORICAL_MAPPING",
        "ONE_HOT_ENCODING",
        "SKEWNESS",
        "TOKENIZATION",
    ),
    # the steps of an interactive session
    "other": (
        "GET_ACTION_RESULT",
        "GET_STEP_DATAFRAME",
    ),
}
NAMES = frozenset(name for names in UNSUPPORTED.values() for name in names)
