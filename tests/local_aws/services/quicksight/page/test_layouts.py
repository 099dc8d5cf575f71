"""Where a grid's elements stand: column, width, row, height."""

from typing import Any

import pytest

from local_aws.services.quicksight.page.layouts import layout_of


def element(wide: int, tall: int, column: int | None = None, row: int | None = None) -> Any:
    given = {"ColumnIndex": column, "RowIndex": row}
    return {"ElementType": "VISUAL", "ColumnSpan": wide, "RowSpan": tall} | {
        name: value for name, value in given.items() if value is not None
    }


@pytest.mark.parametrize(
    ("elements", "expected"),
    [
        ([element(18, 5, 18, 7), element(18, 5, 0, 7)], [(18, 18, 7, 5), (0, 18, 7, 5)]),
        # Without indices, left to right and then on to the next row that is free.
        ([element(18, 5), element(18, 5), element(36, 3)],
         [(0, 18, 0, 5), (18, 18, 0, 5), (0, 36, 5, 3)]),
        ([element(9, 5), element(18, 8), element(12, 2)],
         [(0, 9, 0, 5), (9, 18, 0, 8), (0, 12, 8, 2)]),
        # With a column alone, beside the element before where there is room.
        ([element(18, 5, 0), element(18, 5, 18), element(36, 9, 0)],
         [(0, 18, 0, 5), (18, 18, 0, 5), (0, 36, 5, 9)]),
        ([element(18, 5, 0), element(18, 5, 0)], [(0, 18, 0, 5), (0, 18, 5, 5)]),
        # With a row alone, in its first free column; a full row is stood on.
        ([element(18, 5, row=2), element(18, 5, row=2), element(18, 5, row=2)],
         [(0, 18, 2, 5), (18, 18, 2, 5), (0, 18, 2, 5)]),
        ([element(99, 5), element(1, 1)], [(0, 99, 0, 5), (0, 1, 5, 1)]),
    ],
)  # fmt: skip
def test_a_grid(elements: list[dict[str, Any]], expected: list[tuple[int, ...]]) -> None:
    named = [each | {"ElementId": str(n)} for n, each in enumerate(elements)]
    layout = layout_of({"Layouts": [{"Configuration": {"GridLayout": {"Elements": named}}}]})
    assert [tuple(place["grid"]) for place in layout.places.values()] == expected
