"""docs/cost.md: every line is what its quantity and price say, and prices are the ledger's."""

import re
from pathlib import Path

import pytest

from tarn.ledger.costs import PRICES

PAGE = (Path(__file__).parents[3] / "docs" / "cost.md").read_text()
NAMES = {
    "DataBrew job": "databrew",
    "Glue job": "glue",
    "Glue crawler": "crawler",
    "Athena": "athena",
    "SPICE": "spice",
}
ROW = re.compile(
    r"^\| (?!what|\*\*)([^|:]+?)(?:: [^|]*)? \| ([\d.,]+) \| ([\d.]+) \| ([\d.,]+) \|$"
)
SECTIONS = [part for part in PAGE.split("\n## ") if "**sum**" in part]


def prices() -> dict[str, float]:
    table = PAGE.split("## Prices")[1].split("\n## ")[0]
    return {n: float(p) for n, p in re.findall(r"^\| ([^|]+) \| ([\d.]+) \|", table, re.MULTILINE)}


def number(text: str) -> float:
    return float(text.replace(",", ""))


def test_prices_are_the_ledgers() -> None:
    for name, service in NAMES.items():
        assert prices()[name] == PRICES[service].usd


@pytest.mark.parametrize("section", SECTIONS, ids=lambda text: text.splitlines()[0])
def test_lines_and_sums(section: str) -> None:
    total, lines = 0.0, [found for line in section.splitlines() if (found := ROW.match(line))]
    assert len(lines) > 3
    for name, quantity, each, usd in (found.groups() for found in lines):
        assert number(each) == prices()[name], name
        precision = len(usd.rpartition(".")[2])
        assert number(usd) == pytest.approx(
            number(quantity) * number(each), abs=0.6 * 10**-precision
        )
        total += number(usd)
    (said,) = re.findall(r"\*\*sum\*\* \| \| \| \*\*([\d.,]+)\*\*", section)
    assert number(said) == pytest.approx(total, abs=1e-9)


def test_there_are_three_examples() -> None:
    assert sum(part[:2] in ("1.", "2.", "3.") for part in SECTIONS) == 3
