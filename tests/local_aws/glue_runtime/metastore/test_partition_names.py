"""Names of partitions, there and back."""

from hypothesis import given
from hypothesis import strategies as st

from local_aws.glue_runtime.metastore.partition_names import NULL, partition_name, values_of


@given(st.lists(st.text(min_size=1).filter(lambda text: "\0" not in text), min_size=1, max_size=4))
def test_a_name_gives_its_values_back(values: list[str]) -> None:
    keys = [f"k{number}" for number in range(len(values))]
    assert values_of(partition_name(keys, values)) == values


def test_no_value_has_a_name_too() -> None:
    assert partition_name(["k"], [""]) == f"k={NULL}"
