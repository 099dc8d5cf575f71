-- arrays and maps
CREATE MACRO trino_subscript(a, i) AS
  CASE WHEN i = 0 THEN a[trino_error('INVALID_FUNCTION_ARGUMENT: SQL array indices start at 1')]
       WHEN i < 0 THEN a[trino_error('INVALID_FUNCTION_ARGUMENT: Array subscript is negative: ' || i)]
       WHEN i > len(a)
       THEN a[trino_error('INVALID_FUNCTION_ARGUMENT: Array subscript must be less than or equal to array length: ' || i || ' > ' || len(a))]
       ELSE a[i] END;
CREATE MACRO trino_key(m, k, text) AS
  CASE WHEN m IS NULL OR k IS NULL OR list_contains(map_keys(m), k) THEN m[k]
       ELSE map_values(m)[trino_error('INVALID_FUNCTION_ARGUMENT: Key not present in map: ' || text)] END;
CREATE MACRO trino_index(i) AS
  CASE WHEN i = 0 THEN trino_error('INVALID_FUNCTION_ARGUMENT: SQL array indices start at 1') ELSE i END;
CREATE MACRO trino_slice(a, start, size) AS
  CASE WHEN start = 0 THEN a[trino_error('INVALID_FUNCTION_ARGUMENT: SQL array indices start at 1'):0]
       WHEN start > len(a) OR -start > len(a) OR size = 0 THEN a[1:0]
       WHEN start > 0 THEN a[start:start + size - 1]
       ELSE a[len(a) + start + 1:len(a) + start + size] END;
CREATE MACRO trino_sequence(a, b) AS
  CASE WHEN a <= b THEN generate_series(a, b) ELSE generate_series(a, b, -1) END;
CREATE MACRO trino_contains(a, e) AS
  len(list_filter(a, lambda item: item IS NOT DISTINCT FROM e)) > 0;
CREATE MACRO trino_array_contains(a, e) AS
  CASE WHEN a IS NULL OR e IS NULL THEN NULL WHEN list_contains(a, e) THEN true
       WHEN len(list_filter(a, lambda item: item IS NULL)) > 0 THEN NULL ELSE false END;
CREATE MACRO trino_distinct(a) AS
  list_filter(a, lambda e, i: len(list_filter(a[1:i - 1], lambda x: x IS NOT DISTINCT FROM e)) = 0);
CREATE MACRO trino_overlap(a, b) AS
  CASE WHEN a IS NULL OR b IS NULL THEN NULL
       WHEN len(a) = 0 OR len(b) = 0 THEN false
       WHEN list_has_any(a, b) THEN true
       WHEN len(list_filter(a || b, lambda e: e IS NULL)) > 0 THEN NULL ELSE false END;
CREATE MACRO trino_any(a) AS
  CASE WHEN a IS NULL THEN NULL WHEN list_contains(a, true) THEN true
       WHEN len(list_filter(a, lambda e: e IS NULL)) > 0 THEN NULL ELSE false END;
CREATE MACRO trino_all(a) AS
  CASE WHEN a IS NULL THEN NULL WHEN list_contains(a, false) THEN false
       WHEN len(list_filter(a, lambda e: e IS NULL)) > 0 THEN NULL ELSE true END;
CREATE MACRO trino_combinations(a, n) AS
  list_transform(
    list_filter(generate_series(0, (1 << len(a)) - 1), lambda mask: bit_count(mask) = n),
    lambda mask: list_filter(a, lambda e, i: (mask >> (i - 1)) & 1 = 1));
CREATE MACRO trino_map(k, v) AS
  CASE WHEN k IS NULL OR v IS NULL THEN NULL
       WHEN len(k) <> len(v)
       THEN MAP {k[trino_error('INVALID_FUNCTION_ARGUMENT: Key and value arrays must be the same length')]: v[1]}
       WHEN len(list_distinct(k)) <> len(k)
       THEN MAP {k[trino_error('INVALID_FUNCTION_ARGUMENT: Duplicate map keys are not allowed')]: v[1]}
       ELSE map(k, v) END;
CREATE MACRO trino_entries_to_map(entries) AS
  map_from_entries(list_filter(entries, lambda e, i: e.k IS NOT NULL
    AND len(list_filter(entries[1:i - 1], lambda x: x.k = e.k)) = 0));
CREATE MACRO trino_multimap(entries) AS
  map_from_entries(list_transform(
    trino_distinct(list_transform(list_filter(entries, lambda e: e.k IS NOT NULL), lambda e: e.k)),
    lambda key: struct_pack(k := key,
      v := list_transform(list_filter(entries, lambda e: e.k = key), lambda e: e.v))));
CREATE MACRO trino_most_frequent(n, counts) AS
  map_from_entries(list_transform(list_sort(list_transform(map_entries(counts),
    lambda e: struct_pack(c := e.value, k := e.key)), 'DESC')[1:n],
    lambda e: struct_pack(k := e.k, c := CAST(e.c AS BIGINT))));
