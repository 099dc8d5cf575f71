"""Every function of a page of Trino's documentation is answered or refused by name.

https://trino.io/docs/current/functions/list-by-topic.html
"""

import re

import pytest

from local_aws.services.athena.trino.calls import UNSUPPORTED
from local_aws.services.athena.trino.functions import PAGES

LISTS = {
    "aggregate": """any_value approx_distinct approx_most_frequent approx_percentile approx_set
        arbitrary array_agg avg bitwise_and_agg bitwise_or_agg bitwise_xor_agg bool_and bool_or
        checksum collect corr count count_if covar_pop covar_samp every fusion geometric_mean
        histogram intersection kurtosis listagg map_agg map_union max max_by merge min min_by
        multimap_agg numeric_histogram qdigest_agg reduce_agg regr_intercept regr_slope skewness
        sum stddev stddev_pop stddev_samp tdigest_agg variance var_pop var_samp""",
    "array": """all_match any_match array_distinct array_except array_first array_histogram
        array_intersect array_join array_last array_max array_min array_position array_remove
        array_sort array_union arrays_overlap cardinality combinations contains contains_sequence
        dot_product element_at euclidean_distance filter flatten ngrams none_match reduce repeat
        sequence shuffle slice transform trim_array zip zip_with""",
    "json": """is_json_scalar json json_array_contains json_array_get json_array_length json_extract
        json_extract_scalar json_format json_parse json_scalar json_serialize json_size
        json_table""",
    "map": """cardinality element_at map map_concat map_entries map_filter map_from_entries map_keys
        map_values map_zip_with multimap_from_entries transform_keys transform_values""",
    "window": """cume_dist dense_rank first_value lag last_value lead nth_value ntile percent_rank
        rank row_number""",
    "hyperloglog, qdigest, tdigest, setdigest": """approx_set empty_approx_set hash_counts
        intersection_cardinality jaccard_index make_set_digest merge merge_set_digest qdigest_agg
        tdigest_agg value_at_quantile values_at_quantiles""",
    "ml, teradata": """char2hexint classify features index learn_classifier learn_regressor
        learn_libsvm_classifier learn_libsvm_regressor regress to_char to_date to_timestamp""",
}


def _on_page(page: str) -> set[str]:
    path = PAGES / f"{page}.txt"
    lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    found = (re.match(r"(?:(?:agg|win|let) )?(\w+)\(", line) for line in lines)
    return {match[1] for match in found if match}


@pytest.mark.parametrize("page", LISTS)
def test_every_function_of_the_page_is_answered_or_refused_by_name(page: str) -> None:
    assert set(LISTS[page].split()) - _on_page(page) - UNSUPPORTED == set()
