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
    # keys of KMS and Secrets Manager; masks
    "pii": (
        "CRYPTOGRAPHIC_HASH",
        "DECRYPT",
        "DETERMINISTIC_DECRYPT",
        "DETERMINISTIC_ENCRYPT",
        "ENCRYPT",
        "MASK_CUSTOM",
        "MASK_DATE",
        "MASK_DELIMITER",
        "MASK_RANGE",
        "REPLACE_WITH_RANDOM_BETWEEN",
        "REPLACE_WITH_RANDOM_DATE_BETWEEN",
        "SHUFFLE_ROWS",
    ),
    # the expression grammar; the rarer ways to split
    "column structure": (
        "BOOLEAN_OPERATION",
        "CASE_OPERATION",
        "SPLIT_COLUMN_BETWEEN_DELIMITER",
        "SPLIT_COLUMN_MULTIPLE_DELIMITER",
        "SPLIT_COLUMN_WITH_INTERVALS",
    ),
    # number and telephone formats
    "formatting": (
        "NUMBER_FORMAT",
        "FORMAT_PHONE_NUMBER",
    ),
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
