"""Row- and column-level security: what a reader sees of a data set.

AWS: https://docs.aws.amazon.com/quicksight/latest/user/row-level-security.html and
https://docs.aws.amazon.com/quicksight/latest/user/restrict-access-to-a-data-set-using-column-level-security.html
Here: the same, fail closed. Rules that cannot be read, or that name a column which is not there,
refuse the data set. docs/adr/0026-row-level-security.md says where AWS's documentation is silent.
"""

import csv
from collections.abc import Iterable, Mapping
from typing import Any

from local_aws.services.quicksight.errors import QueryRefused
from local_aws.services.quicksight.expressions import literal, quote
from local_aws.services.quicksight.readers import Reader

VERSIONS = {"VERSION_1": ("UserName", "GroupName"), "VERSION_2": ("UserARN", "GroupARN")}
"""The columns that say whom a rule is for: a user, a group."""
MAX_RULES = 999
"""Rules that may hold for one reader."""
NOTHING, EVERYTHING = "FALSE", "TRUE"
Document = dict[str, Any]
Rule = Mapping[str, str | None]


def user_rules(document: Document) -> Document | None:
    """The RowLevelPermissionDataSet that is in force."""
    return _enabled(document.get("RowLevelPermissionDataSet"))


def tag_rules(document: Document) -> Document | None:
    """The RowLevelPermissionTagConfiguration that is in force."""
    return _enabled(document.get("RowLevelPermissionTagConfiguration"))


def _enabled(configuration: Document | None) -> Document | None:
    if not configuration or configuration.get("Status", "ENABLED") != "ENABLED":
        return None
    return configuration


def is_secured(document: Document) -> bool:
    """Whether readers may see different things of a data set."""
    columns = document.get("ColumnLevelPermissionRules")
    return bool(user_rules(document) or tag_rules(document) or columns)


def hidden_columns(document: Document, reader: Reader) -> set[str]:
    """The restricted columns that no rule lets the reader see."""
    if reader.account:
        return set()
    rules = document.get("ColumnLevelPermissionRules") or []
    seen = [r for r in rules if reader.principals & set(r.get("Principals", []))]
    return _columns(rules) - _columns(seen)


def _columns(rules: Iterable[Document]) -> set[str]:
    return {name for rule in rules for name in rule.get("ColumnNames", [])}


def identity_columns(configuration: Document, columns: Iterable[str]) -> dict[str, str]:
    """The rules' columns that say whom they are for, as they are spelt: ``{"UserName": ...}``."""
    wanted = VERSIONS[configuration.get("FormatVersion", "VERSION_1")]
    spelt = {name.lower(): name for name in columns}
    return {name: spelt[name.lower()] for name in wanted if name.lower() in spelt}


def is_for(reader: Reader, identities: Mapping[str, str], rule: Rule) -> bool:
    """Whether a rule names the reader or a group of the reader's."""
    groups = reader.groups or {}
    known = {
        "UserName": {reader.name},
        "UserARN": {reader.arn},
        "GroupName": set(groups),
        "GroupARN": set(groups.values()),
    }
    return any(rule[column] and rule[column] in known[name] for name, column in identities.items())


def rules_condition(rules: Iterable[Rule], restricted: Iterable[str]) -> str:
    """Rules, which all are for one reader, as SQL: a row is seen that fits any of them."""
    columns = list(restricted)
    distinct = {tuple(rule[name] or None for name in columns) for rule in rules}
    if len(distinct) > MAX_RULES:
        raise QueryRefused(f"More than {MAX_RULES} rules hold for this reader.")
    fits = {_fits(columns, values) for values in distinct}
    return " OR ".join(sorted(fits)) or NOTHING


def _fits(columns: list[str], values: tuple[str | None, ...]) -> str:
    tests = [
        f"{quote(name)} IN ({', '.join(map(literal, _values(value))) or 'NULL'})"
        for name, value in zip(columns, values, strict=True)
        if value
    ]
    return f"({' AND '.join(tests)})" if tests else EVERYTHING


def _values(cell: str) -> list[str]:
    """``a,b`` is two values, ``"a,b"`` in quotation marks one.

    >>> _values('AWS,INC'), _values('"AWS,INC"')
    (['AWS', 'INC'], ['AWS,INC'])
    """
    try:
        found = next(csv.reader([cell], strict=True), [])
    except csv.Error:  # a lonely quotation mark, or a line break, is a part of the value
        return [cell]
    return [value for value in found if value]


def tags_condition(configuration: Document, tags: Mapping[str, str]) -> str:
    """Tag rules as SQL: all tags of a configuration must fit, and of several any."""
    rules = {rule["TagKey"]: rule for rule in configuration["TagRules"]}
    groups = configuration.get("TagRuleConfigurations") or [list(rules)]
    given = [group for group in groups if all(tags.get(key) for key in group)]
    return " OR ".join(_tags_fit([rules[key] for key in group], tags) for group in given) or NOTHING


def _tags_fit(rules: list[Document], tags: Mapping[str, str]) -> str:
    tests = []
    for rule in rules:
        value = tags[rule["TagKey"]]
        if value == rule.get("MatchAllValue"):
            continue
        delimiter = rule.get("TagMultiValueDelimiter")
        values = value.split(delimiter) if delimiter else [value]
        tests.append(f"{quote(rule['ColumnName'])} IN ({', '.join(map(literal, values))})")
    return f"({' AND '.join(tests)})" if tests else EVERYTHING
