"""The documented operations that are refused by name, and what each group would need.

https://docs.aws.amazon.com/databrew/latest/dg/recipe-actions-reference.html
"""

UNSUPPORTED: dict[str, tuple[str, ...]] = {
    # DataBrew's detection of special data types; rolling replacements
    "quality": (
        "ADVANCED_DATATYPE_FILTER",
        "ADVANCED_DATATYPE_FLAG",
        "EXTRACT_ADVANCED_DATATYPE_DETAILS",
        "GET_ADVANCED_DATATYPE",
        "REPLACE_WITH_ROLLING_AVERAGE",
        "REPLACE_WITH_ROLLING_SUM",
    ),
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
    # flags, replacements and rescaling
    "outliers": (
        "FLAG_OUTLIERS",
        "REPLACE_OUTLIERS",
        "RESCALE_OUTLIERS_WITH_Z_SCORE",
        "RESCALE_OUTLIERS_WITH_SKEW",
    ),
    # number and telephone formats
    "formatting": (
        "NUMBER_FORMAT",
        "FORMAT_PHONE_NUMBER",
    ),
    # chance
    "math": (
        "RANDOM",
        "RANDOM_BETWEEN",
    ),
    # the k-th largest
    "aggregate": (
        "KTH_LARGEST",
        "KTH_LARGEST_UNIQUE",
    ),
    # positions and pairs
    "text": (
        "FIND",
        "MERGE_COLUMNS_AND_VALUES",
        "RIGHT_FIND",
    ),
    # the clock and time zones
    "date": (
        "CONVERT_TIMEZONE",
        "NOW",
        "TODAY",
        "UNIX_TIME_FORMAT",
    ),
    # sessions, counts and the k-th largest
    "window": (
        "FILL",
        "ROLLING_COUNT_A",
        "ROLLING_KTH_LARGEST",
        "ROLLING_KTH_LARGEST_UNIQUE",
        "ROLLING_MODE",
        "SESSION",
    ),
    # addresses
    "web": (
        "IP_TO_INT",
        "INT_TO_IP",
        "URL_PARAMS",
    ),
    # for an interactive session of a project alone, says the guide: no job has what they fetch
    "other": (
        "GET_ACTION_RESULT",
        "GET_STEP_DATAFRAME",
    ),
}
# Seen in exports, and without a page that says what its parameters mean.
UNDOCUMENTED = ("UNNEST_SPECIFIC_KEY",)
NAMES = frozenset(name for names in UNSUPPORTED.values() for name in names) | {*UNDOCUMENTED}
