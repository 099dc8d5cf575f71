"""docs/fidelity.md says what the code says."""

from pathlib import Path

from local_aws import fidelity

PAGE = Path(__file__).parents[2] / "docs" / "fidelity.md"


def test_the_page_is_up_to_date() -> None:
    page = PAGE.read_text()
    assert page == fidelity.render(page), (
        "run: python -m local_aws.fidelity docs/fidelity.md, and read what changed"
    )


def test_every_block_stands_on_the_page() -> None:
    on_page = {name for _, name, _ in fidelity.BLOCK.findall(PAGE.read_text())}
    assert on_page == set(fidelity.blocks())


def test_an_operation_that_is_listed_is_one_that_is_answered() -> None:
    assert "StartQueryExecution" in fidelity.operations("athena")
    assert "CreateDevEndpoint" not in fidelity.operations("glue")
    assert "PutObject" in fidelity.operations("s3")
