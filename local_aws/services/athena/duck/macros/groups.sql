-- aggregates: what is done with the engine's answer, or with the list of a group's values
CREATE MACRO trino_percentage(q) AS
  CASE WHEN q < 0 OR q > 1
       THEN trino_error('INVALID_FUNCTION_ARGUMENT: Percentile must be between 0 and 1')
       -- The engine takes value ceil(q * n), Trino's digest value floor(q * n) + 1.
       ELSE least(q + 1e-12, 1e0) END;
CREATE MACRO trino_standard_error(e) AS
  CASE WHEN e BETWEEN 0.0040625 AND 0.26 THEN true
       ELSE trino_error('INVALID_FUNCTION_ARGUMENT: Standard error must be in [0.0040625, 0.26]: ' || e) = 0 END;
CREATE MACRO trino_finite(x) AS CASE WHEN isfinite(x) THEN x END;
-- NaN does not come back from Python: it is what there is of enough values that are all the same.
CREATE MACRO trino_count(vals) AS len(list_filter(vals, lambda e: e IS NOT NULL));
CREATE MACRO trino_kurtosis(vals) AS
  coalesce(py_kurtosis(vals), CASE WHEN trino_count(vals) >= 4 THEN CAST('NaN' AS DOUBLE) END);
CREATE MACRO trino_skewness(vals) AS
  coalesce(py_skewness(vals), CASE WHEN trino_count(vals) >= 3 THEN CAST('NaN' AS DOUBLE) END);
CREATE MACRO trino_bigint_sum(total) AS
  CASE WHEN total NOT BETWEEN -9223372036854775808 AND 9223372036854775807
       THEN trino_error('NUMERIC_VALUE_OUT_OF_RANGE: bigint addition overflow: ' || total)
       ELSE CAST(total AS BIGINT) END;
CREATE MACRO trino_listagg(text) AS
  CASE WHEN strlen(text) > 1048576
       THEN CAST(trino_error('EXCEEDED_FUNCTION_MEMORY_LIMIT: Concatenated string has the length in bytes larger than the maximum output length 1048576') AS VARCHAR)
       ELSE text END;
-- Of a key that is there twice the first value stays.
CREATE MACRO trino_united(entries) AS map_from_entries(trino_first_entries(entries));
CREATE MACRO trino_united_maps(maps) AS
  CASE WHEN len(list_filter(maps, lambda m: m IS NOT NULL)) > 0
       THEN trino_united(list_transform(flatten(list_transform(maps, lambda m: map_entries(m))),
         lambda e: struct_pack(k := e.key, v := e.value))) END;
CREATE MACRO trino_entries_to_map(entries) AS
  CASE WHEN len(list_filter(entries, lambda e: e.k IS NOT NULL)) > 0
       THEN trino_united(list_filter(entries, lambda e: e.k IS NOT NULL)) END;
CREATE MACRO trino_multimap(entries) AS
  CASE WHEN len(list_filter(entries, lambda e: e.k IS NOT NULL)) > 0
       THEN trino_grouped(list_filter(entries, lambda e: e.k IS NOT NULL)) END;
CREATE MACRO trino_most_frequent(n, counts) AS
  map_from_entries(list_transform(list_sort(list_transform(map_entries(counts),
    lambda e: struct_pack(c := e.value, k := e.key)), 'DESC')[1:n],
    lambda e: struct_pack(k := e.k, c := CAST(e.c AS BIGINT))));
CREATE MACRO trino_nearest(entries, n, direction) AS
  CASE WHEN n <= 0
       THEN list_transform(entries[1:trino_error('INVALID_FUNCTION_ARGUMENT: third argument of max_by/min_by must be a positive integer')], lambda e: e.x)
       WHEN len(list_filter(entries, lambda e: e.y IS NOT NULL)) > 0
       THEN list_transform(list_sort(list_filter(entries, lambda e: e.y IS NOT NULL), direction)[1:n], lambda e: e.x) END;
