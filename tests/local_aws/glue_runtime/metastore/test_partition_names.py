"""Names of partitions, there and back."""

from hypothesis import given, settings
from hypothesis import strategies as st

from local_aws.glue_runtime.metastore.partition_names import NULL, partition_name, values_of

VALUE = st.text(st.characters(exclude_characters="\0", exclude_categories=("Cs",)), min_size=1)


@settings(max_examples=50)
@given(st.lists(VALUE, min_size=1, max_size=3))
def test_a_name_gives_its_values_back(values: list[str]) -> None:
    keys = [f"k{number}" for number in range(len(values))]
    assert values_of(partition_name(keys, values)) == values


def test_no_value_has_a_name_too() -> None:
    assert partition_name(["k"], [""]) == f"k={NULL}"
