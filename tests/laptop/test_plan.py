"""The plan as people read it."""

from rich.console import Console

from laptop.plan import exit_code, tables
from tarn.contracts.changes import ContractChange, ContractDifference
from tarn.deploy.compare import Change
from tarn.planning.plan import Plan, Rebuild

PLAN = Plan(
    changes=(
        Change("bucket tarn-dev-raw", "create", lambda: None),
        Change("table lake.flights", "update", lambda: None, ("a", "b", "c[1]", "d", "e")),
    ),
    contracts=(
        ContractDifference(
            "flights",
            "1.0.0",
            "1.1.0",
            (ContractChange("column gate is new, nullable"), ContractChange("x is gone", True)),
        ),
    ),
    rebuilds=(Rebuild("flights", "2013-03", ("recipe changed", "job changed"), 2_500_000, 0.5),),
    unknown=("weather 2013-01",),
)


def text(plan: Plan) -> str:
    console = Console(width=110, record=True, file=None)
    with console.capture() as captured:
        for table in tables(plan):
            console.print(table)
    return captured.get()


def test_everything_is_told() -> None:
    told = text(PLAN)
    for part in (
        "1.0.0 → 1.1.0",
        "column gate is new, nullable",
        "breaking",
        "bucket tarn-dev-raw",
        "a, b, c[1] and 2 more",
        "flights 2013-03",
        "recipe changed; job changed",
        "2 changes to deploy",
        "1 partition to rebuild: 2.5 MB landed, about $0.50",
        "1 partition does not say what it was made from",
        "A deploy would refuse: flights breaks readers",
    ):
        assert part in told
    assert exit_code(PLAN) == 1


def test_nothing() -> None:
    assert text(Plan((), (), (), ())).strip() == "Nothing to deploy"
    assert exit_code(Plan((), (), (), ())) == 0
