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
  CASE WHEN size < 0 THEN a[trino_error('INVALID_FUNCTION_ARGUMENT: length must be greater than or equal to 0'):0]
       WHEN start = 0 THEN a[trino_error('INVALID_FUNCTION_ARGUMENT: SQL array indices start at 1'):0]
       WHEN start > len(a) OR -start > len(a) OR size = 0 THEN a[1:0]
       WHEN start > 0 THEN a[start:start + size - 1]
       WHEN start < 0 THEN a[len(a) + start + 1:len(a) + start + size] END;
CREATE MACRO trino_trim_array(a, size) AS
  CASE WHEN size < 0
       THEN a[trino_error('INVALID_FUNCTION_ARGUMENT: size must not be negative: ' || size):0]
       WHEN size > len(a)
       THEN a[trino_error('INVALID_FUNCTION_ARGUMENT: size must not exceed array cardinality ' || len(a) || ': ' || size):0]
       WHEN size IS NOT NULL THEN a[1:len(a) - size] END;
CREATE MACRO trino_append(a, e) AS CASE WHEN a IS NOT NULL THEN list_append(a, e) END;
CREATE MACRO trino_prepend(e, a) AS CASE WHEN a IS NOT NULL THEN list_prepend(e, a) END;
CREATE MACRO trino_repeat(e, n) AS
  list_transform(range(0, CASE
    WHEN n < 0 THEN trino_error('INVALID_FUNCTION_ARGUMENT: count argument of repeat function must be greater than or equal to 0')
    WHEN n > 10000 THEN trino_error('INVALID_FUNCTION_ARGUMENT: count argument of repeat function must be less than or equal to 10000')
    ELSE n END), lambda i: e);
-- Of whole numbers: the number of entries is checked before any is made.
CREATE MACRO trino_sequence_steps(a, b, step) AS
  CASE WHEN step = 0 THEN trino_error('INVALID_FUNCTION_ARGUMENT: step must not be zero')
       WHEN (b > a AND step < 0) OR (b < a AND step > 0)
       THEN trino_error('INVALID_FUNCTION_ARGUMENT: sequence stop value should be greater than or equal to start value if step is greater than zero otherwise stop should be less than or equal to start')
       WHEN (CAST(b AS HUGEINT) - a) // step >= 10000
       THEN trino_error('INVALID_FUNCTION_ARGUMENT: result of sequence function must not have more than 10000 entries')
       ELSE (CAST(b AS HUGEINT) - a) // step END;
CREATE MACRO trino_sequence(a, b, step) AS
  list_transform(range(0, CAST(trino_sequence_steps(a, b, step) AS BIGINT) + 1), lambda i: CAST(a + i * step AS BIGINT));
CREATE MACRO trino_direction(a, b) AS CASE WHEN a <= b THEN 1 WHEN a > b THEN -1 END;
CREATE MACRO trino_date_sequence(a, b, step) AS
  list_transform(trino_sequence(date_diff('day', DATE '1970-01-01', a), date_diff('day', DATE '1970-01-01', b), step),
    lambda day: DATE '1970-01-01' + CAST(day AS INTEGER));
CREATE MACRO trino_whole_days(step) AS
  CASE WHEN epoch_us(step) % 86400000000 <> 0
       THEN trino_error('INVALID_FUNCTION_ARGUMENT: sequence step must be a day interval if start and end values are dates')
       ELSE CAST(epoch_us(step) // 86400000000 AS BIGINT) END;
CREATE MACRO trino_timestamp_sequence(a, b, step) AS
  list_transform(trino_sequence(epoch_us(a), epoch_us(b), epoch_us(step)), lambda us: make_timestamp(us));
-- Months are counted from the start, so that the end of a month stays one.
CREATE MACRO trino_months(i) AS CAST(datepart('year', i) * 12 + datepart('month', i) AS BIGINT);
CREATE MACRO trino_month_sequence(a, b, step) AS
  list_filter(
    list_transform(
      range(0, CAST(trino_sequence_steps(0, CASE WHEN a = b THEN 0 WHEN a < b THEN greatest(date_diff('month', a, b), 1) ELSE least(date_diff('month', a, b), -1) END,
        trino_months(step)) AS BIGINT) + 2),
      lambda i: a + to_months(CAST(i * trino_months(step) AS INTEGER))),
    lambda moment: CASE WHEN a <= b THEN moment <= b ELSE moment >= b END);
CREATE MACRO trino_contains(a, e) AS list_position(a, e) IS NOT NULL;
CREATE MACRO trino_array_contains(a, e) AS
  CASE WHEN a IS NULL OR e IS NULL THEN NULL WHEN list_contains(a, e) THEN true
       WHEN len(list_filter(a, lambda item: item IS NULL)) > 0 THEN NULL ELSE false END;
-- Entries (k, v) by their keys, those of one key in the order in which they came. What is used in a
-- lambda is bound by one around it: DuckDB works out a lambda's body for each element.
CREATE MACRO trino_sorted(entries) AS
  list_sort(list_transform(entries, lambda e, i: struct_pack(k := e.k, i := i, v := e.v)));
CREATE MACRO trino_first_entries(entries) AS
  list_transform([trino_sorted(entries)], lambda s:
    list_transform(
      list_sort(list_transform(
        list_filter(s, lambda e, j: j = 1 OR s[j - 1].k IS DISTINCT FROM e.k),
        lambda e: struct_pack(i := e.i, k := e.k, v := e.v))),
      lambda e: struct_pack(k := e.k, v := e.v)))[1];
CREATE MACRO trino_grouped(entries) AS
  list_transform([trino_sorted(entries)], lambda s:
    list_transform([list_filter(range(1, len(s) + 1), lambda j: j = 1 OR s[j - 1].k IS DISTINCT FROM s[j].k)],
      lambda starts: map_from_entries(list_transform(
        list_sort(list_transform(starts, lambda p, n: struct_pack(i := s[p].i, k := s[p].k,
          v := list_transform(s[p:coalesce(starts[n + 1], len(s) + 1) - 1], lambda e: e.v)))),
        lambda e: struct_pack(k := e.k, v := e.v))))[1])[1];
CREATE MACRO trino_distinct(a) AS
  list_transform([a], lambda whole:
    CASE WHEN len(whole) <= 500 THEN list_filter(whole, lambda e, i: list_position(whole, e) = i)
         ELSE list_transform(trino_first_entries(list_transform(whole, lambda e: struct_pack(k := e, v := 0))),
           lambda e: e.k) END)[1];
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
  list_transform(py_combinations(len(a), n), lambda places: list_transform(places, lambda place: a[place]));
CREATE MACRO trino_ngrams(a, n) AS
  list_transform(range(1, greatest(len(a) - n, 0) + 2 + CASE
      WHEN n <= 0 THEN trino_error('INVALID_FUNCTION_ARGUMENT: N must be positive') ELSE 0 END),
    lambda i: a[i:i + n - 1]);
CREATE MACRO trino_compared(step) AS
  CASE WHEN step IN (-1, 0, 1) THEN step
       ELSE trino_error('INVALID_FUNCTION_ARGUMENT: Lambda comparator must return either -1, 0, or 1') END;
CREATE MACRO trino_histogram(a) AS
  map_from_entries(list_transform(
    map_entries(trino_grouped(list_transform(a, lambda e: struct_pack(k := e, v := 0)))),
    lambda e: struct_pack(k := e.key, v := CAST(len(e.value) AS BIGINT))));
CREATE MACRO trino_dot_product(a, b) AS
  CASE WHEN len(a) <> len(b)
       THEN CAST(trino_error('INVALID_FUNCTION_ARGUMENT: The arguments must have the same length') AS DOUBLE)
       ELSE list_sum(list_transform(list_zip(a, b), lambda e: e[1] * e[2])) END;
-- The first key that was there before, as text: a map has each key once.
CREATE MACRO trino_repeated(entries) AS
  CASE WHEN len(list_distinct(list_transform(entries, lambda e: e.k))) < len(entries)
  THEN list_transform([trino_sorted(entries)], lambda s:
    CAST(list_sort(list_transform(
      list_filter(s, lambda e, j: j > 1 AND s[j - 1].k IS NOT DISTINCT FROM e.k),
      lambda e: struct_pack(i := e.i, k := e.k)))[1].k AS VARCHAR))[1] END;
CREATE MACRO trino_keyed(entries) AS
  CASE WHEN list_position(entries, NULL) > 0
       THEN entries[1:trino_error('INVALID_FUNCTION_ARGUMENT: map entry cannot be null')]
       WHEN len(list_filter(entries, lambda e: e.k IS NULL)) > 0
       THEN entries[1:trino_error('INVALID_FUNCTION_ARGUMENT: map key cannot be null')]
       ELSE entries END;
CREATE MACRO trino_entries(entries, what) AS
  list_transform([entries], lambda whole: map_from_entries(CASE
    WHEN trino_repeated(trino_keyed(whole)) IS NOT NULL
    THEN whole[1:trino_error('INVALID_FUNCTION_ARGUMENT: Duplicate ' || what || ' (' || trino_repeated(whole) || ') are not allowed')]
    ELSE whole END))[1];
CREATE MACRO trino_map(k, v) AS
  CASE WHEN k IS NULL OR v IS NULL THEN NULL
       WHEN len(k) <> len(v)
       THEN MAP {k[trino_error('INVALID_FUNCTION_ARGUMENT: Key and value arrays must be the same length')]: v[1]}
       ELSE trino_entries(list_transform(range(1, len(k) + 1), lambda i: struct_pack(k := k[i], v := v[i])), 'map keys') END;

-- order: Trino fails at the first NULL that decides; true otherwise, so that it can stand before AND
CREATE MACRO trino_array_order(a, b) AS
  CASE WHEN a IS NULL OR b IS NULL THEN NULL
       WHEN len(list_filter(range(1, least(len(a), len(b)) + 1), lambda i:
         (a[i] IS NULL OR b[i] IS NULL) AND a[1:i - 1] IS NOT DISTINCT FROM b[1:i - 1])) > 0
       THEN trino_error('NOT_SUPPORTED: Array comparison not supported for arrays with null elements') = 0
       ELSE true END;
CREATE MACRO trino_row_order(unknown, compared) AS
  CASE WHEN unknown THEN NULL
       WHEN compared IS NULL
       THEN trino_error('NOT_SUPPORTED: ROW comparison not supported for fields with null elements') = 0
       ELSE compared END;
-- equality that must be known: contains and its like refuse a NULL inside of an element
CREATE MACRO trino_known(equal, name) AS
  CASE WHEN equal IS NULL
       THEN trino_error('NOT_SUPPORTED: ' || name || ' does not support arrays with elements that are null or contain null') = 0
       ELSE equal END;
