"""QuickSight's rich text and narratives: what is kept, what is dropped, what is refused."""

import json

import pytest

from local_aws.services.quicksight.errors import VisualRefused
from local_aws.services.quicksight.page.charts.narratives import narrated
from local_aws.services.quicksight.page.rich_text import nodes


@pytest.mark.parametrize(
    "hostile",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        '<a href="javascript:alert(1)">x</a>',
        '<a href="https://&#10;">x</a>',
        '<inline color="red;background:url(//x)">x</inline>',
        '<inline font-family="x;}*{color:red">x</inline>',
        '<b style="position:fixed" onclick="x()">x</b>',
        "<" * 5000,
        "<b>" * 5000,
        "<!DOCTYPE x [<!ENTITY a 'b'>]><x>&a;</x>",
    ],
)
def test_nothing_but_the_allowed_tags_and_styles_is_kept(hostile: str) -> None:
    found = json.dumps(nodes(hostile))
    for part in ("script", "onerror", "javascript", "url(", "color:red", "position", "onclick"):
        assert part not in found
    assert "href" not in found


def test_lists_links_and_fonts_are_kept() -> None:
    text = '<text-box><ul><li><a href="https://x.org/a">A</a></li></ul><br/></text-box>'
    link = {"tag": "a", "href": "https://x.org/a", "children": ["A"]}
    items = {"tag": "ul", "children": [{"tag": "li", "children": [link]}]}
    assert nodes(text) == [items, {"tag": "br"}]


def test_what_a_narrative_names_and_nothing_works_out_is_refused() -> None:
    for text in ("Total.none", "Other.x", "Total.items[", "__class__", "Total.value[0]"):
        with pytest.raises(VisualRefused, match="expression"):
            narrated(f"<expression>{text}</expression>", {"Total": {"value": 1}})
    with pytest.raises(VisualRefused, match=r"parameter"):
        narrated("<parameter>p</parameter>", {})


def test_conditions_and_loops_of_a_narrative() -> None:
    names = {"R": {"items": [{"v": {"formattedValue": "a"}}, {"v": {"formattedValue": "b"}}],
                   "share": {"value": -0.5}}}  # fmt: skip
    text = (
        '<if condition="R.share &lt; 0">fell</if><if condition="R.share &gt; 0">rose</if>'
        '<for expression="R.items" name="i"><expression>i.v</expression></for>'
    )
    assert narrated(text, names) == ["fell", "a", "b"]
