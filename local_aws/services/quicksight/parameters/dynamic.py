"""Dynamic defaults: a reader's own values, by a data set with a row a user.

https://docs.aws.amazon.com/quicksight/latest/APIReference/API_DynamicDefaultValue.html
"""

from collections.abc import Mapping, Sequence
from typing import Any

from local_aws.services.quicksight.errors import Unsupported
from local_aws.services.quicksight.expressions import literal, quote
from local_aws.services.quicksight.model import DATA_SET, Store
from local_aws.services.quicksight.parameters.values import Lookup
from local_aws.services.quicksight.spice import open_data_set

MOST = 1000


def reader_rows(store: Store, data_sets: Mapping[str, str]) -> Lookup:
    """A lookup in the data sets of a definition (ARN by identifier)."""

    def lookup(dynamic: Mapping[str, Any], reader: str) -> Sequence[Any]:
        if "UserNameColumn" not in dynamic:
            raise Unsupported("A DynamicValue by groups", "Give its UserNameColumn.")
        column, user = dynamic["DefaultValueColumn"], dynamic["UserNameColumn"]
        data_set = store.id_of(DATA_SET, data_sets[column["DataSetIdentifier"]])
        with open_data_set(store, data_set) as connection:
            found = connection.execute(
                f"SELECT DISTINCT {quote(column['ColumnName'])} FROM data "  # noqa: S608
                f"WHERE {quote(user['ColumnName'])} = {literal(reader)} ORDER BY 1 LIMIT {MOST}"
            ).fetchall()
        return [row[0] for row in found]

    return lookup
