"""What makes a definition wrong, for every reader of it: refused when a dashboard is made."""

from collections.abc import Iterable
from typing import Any

from local_aws.services.quicksight.definition.document import Definition
from local_aws.services.quicksight.definition.inline import data_sets_of
from local_aws.services.quicksight.definition.unions import check_unions
from local_aws.services.quicksight.definition.visuals import VISUALS
from local_aws.services.quicksight.errors import InvalidParameter


def check(document: dict[str, Any]) -> None:
    """Ids, unions and data sets of a definition. Raises InvalidParameter."""
    check_unions(document)
    definition = Definition(document)
    _unique([sheet["SheetId"] for sheet in definition.sheets])
    _unique([options["VisualId"] for _, _, options in definition.visual_items()])
    for _sheet, kind, options in definition.visual_items():
        for used in data_sets_of(options.get(VISUALS[kind].config, {})):
            if used not in definition.data_sets:
                raise InvalidParameter(
                    f"The visual {options['VisualId']} uses the data set {used}, "
                    "which is not declared"
                )


def _unique(ids: Iterable[str]) -> None:
    seen: set[str] = set()
    for identifier in ids:
        if identifier in seen:
            raise InvalidParameter(f"The id {identifier} is given twice")
        seen.add(identifier)
