-- What Trino's functions do where DuckDB's of the same name do something else.
-- An error is a cast that cannot succeed: error() is volatile, and TRY refuses volatile functions.
-- The text between the marks is Trino's code and message (see duck/failures.py).

CREATE MACRO trino_error(message) AS CAST('<<' || message || '>>' AS INTEGER);
CREATE MACRO trino_too_deep(any_row) AS any_row < CASE WHEN any_row >= 0
  THEN trino_error('NOT_SUPPORTED: Recursion depth limit exceeded (10). Use ''max_recursion_depth'' session property to modify the limit.') END;
CREATE MACRO trino_idiv(a, b) AS
  CASE WHEN b = 0 THEN trino_error('DIVISION_BY_ZERO: Division by zero') ELSE a // b END;
CREATE MACRO trino_mod(a, b) AS
  CASE WHEN b = 0 THEN trino_error('DIVISION_BY_ZERO: Division by zero') ELSE a % b END;
-- a and b are unscaled integers; the quotient is rounded half up, as decimals are.
CREATE MACRO trino_round_div(a, b) AS
  CASE WHEN b = 0 THEN trino_error('DIVISION_BY_ZERO: Division by zero')
       ELSE (abs(a) // abs(b) + CASE WHEN abs(a) % abs(b) * 2 >= abs(b) THEN 1 ELSE 0 END)
            * CASE WHEN (a < 0) = (b < 0) THEN 1 ELSE -1 END END;
CREATE MACRO trino_log(x) AS
  CASE WHEN x > 0 THEN ln(x) WHEN x = 0 THEN CAST('-Infinity' AS DOUBLE) WHEN x IS NULL THEN NULL
       ELSE CAST('NaN' AS DOUBLE) END;
CREATE MACRO trino_log10(x) AS
  CASE WHEN x > 0 THEN log10(x) WHEN x = 0 THEN CAST('-Infinity' AS DOUBLE) WHEN x IS NULL THEN NULL
       ELSE CAST('NaN' AS DOUBLE) END;
CREATE MACRO trino_sqrt(x) AS CASE WHEN x < 0 THEN CAST('NaN' AS DOUBLE) ELSE sqrt(x) END;
CREATE MACRO trino_width_bucket(x, low, high, buckets) AS
  CASE WHEN x < low THEN CAST(0 AS BIGINT) WHEN x >= high THEN buckets + 1
       ELSE CAST(floor((x - low) / ((high - low) / buckets)) AS BIGINT) + 1 END;

CREATE MACRO trino_all_known(vals, result) AS
  CASE WHEN len(list_filter(vals, lambda e: e IS NULL)) = 0 THEN result END;

-- strings
CREATE MACRO trino_spaces() AS ' ' || chr(9) || chr(10) || chr(11) || chr(12) || chr(13);
CREATE MACRO trino_substr(s, start) AS
  CASE WHEN start = 0 OR -start > length(s) THEN CASE WHEN s IS NOT NULL THEN '' END
       ELSE substr(s, start) END;
CREATE MACRO trino_substr_length(s, start, size) AS
  CASE WHEN start = 0 OR -start > length(s) OR size <= 0
       THEN CASE WHEN s IS NOT NULL AND size IS NOT NULL THEN '' END
       ELSE substr(s, start, size) END;
CREATE MACRO trino_split_part(s, d, i) AS
  CASE WHEN i <= 0
       THEN CAST(trino_error('INVALID_FUNCTION_ARGUMENT: Index must be greater than zero') AS VARCHAR)
       ELSE string_split(s, d)[i] END;
CREATE MACRO trino_replace(s, what, with_) AS
  CASE WHEN what = '' THEN with_ || array_to_string(string_split(s, ''), with_) || with_
       ELSE replace(s, what, with_) END;
CREATE MACRO trino_double_text(x) AS
  CASE WHEN x = 0 OR (abs(x) >= 1e-3 AND abs(x) < 1e7) THEN CAST(x AS VARCHAR)
       ELSE py_java_double(CAST(x AS VARCHAR)) END;

CREATE MACRO trino_days(i) AS
  CASE WHEN epoch_us(i) % 86400000000 = 0 THEN i
       ELSE to_days(trino_error('INVALID_FUNCTION_ARGUMENT: Cannot add hour, minutes or seconds to a date')) END;

CREATE MACRO trino_fitting(s, size, kinds) AS
  CASE WHEN length(rtrim(s)) > size
       THEN CAST(trino_error('INVALID_CAST_ARGUMENT: Cannot truncate non-space characters when casting from ' || kinds || ' on INSERT') AS VARCHAR)
       ELSE s END;

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

-- dates; a zoned timestamp is (u: UTC, z: its zone)
CREATE MACRO trino_utc(ts) AS struct_pack(u := ts, z := 'UTC');
CREATE MACRO trino_now() AS date_trunc('millisecond', timezone('UTC', transaction_timestamp()));
CREATE MACRO trino_offset(z) AS
  to_minutes(CAST((CASE WHEN z[1] = '-' THEN -1 ELSE 1 END)
    * (CAST(z[2:3] AS INTEGER) * 60 + CAST(z[5:6] AS INTEGER)) AS BIGINT));
CREATE MACRO trino_local(x) AS
  CASE WHEN x.z = 'UTC' THEN x.u WHEN x.z[1] IN ('+', '-') THEN x.u + trino_offset(x.z)
       ELSE timezone(x.z, timezone('UTC', x.u)) END;
CREATE MACRO trino_zoned(ts, zone) AS
  CASE WHEN ts IS NULL OR zone IS NULL THEN NULL ELSE
  struct_pack(u := CASE WHEN zone = 'UTC' THEN ts WHEN zone[1] IN ('+', '-') THEN ts - trino_offset(zone)
       ELSE timezone('UTC', timezone(zone, ts)) END, z := zone) END;
CREATE MACRO trino_iso_offset(x) AS
  CASE WHEN x.z = 'UTC' THEN 'Z' WHEN x.z[1] IN ('+', '-') THEN x.z
       ELSE printf('%s%02d:%02d', CASE WHEN trino_local(x) < x.u THEN '-' ELSE '+' END,
         CAST(abs(epoch(trino_local(x) - x.u)) // 3600 AS BIGINT),
         CAST(abs(epoch(trino_local(x) - x.u)) // 60 % 60 AS BIGINT)) END;
CREATE MACRO trino_date_add(unit, n, x) AS
  CASE lower(unit)
    WHEN 'millisecond' THEN x + to_microseconds(n * 1000) WHEN 'second' THEN x + to_seconds(CAST(n AS DOUBLE))
    WHEN 'minute' THEN x + to_minutes(n) WHEN 'hour' THEN x + to_hours(n)
    WHEN 'day' THEN x + to_days(CAST(n AS INTEGER)) WHEN 'week' THEN x + to_days(CAST(n * 7 AS INTEGER))
    WHEN 'month' THEN x + to_months(CAST(n AS INTEGER)) WHEN 'quarter' THEN x + to_months(CAST(n * 3 AS INTEGER))
    WHEN 'year' THEN x + to_months(CAST(n * 12 AS INTEGER))
    ELSE x + to_days(trino_error('INVALID_FUNCTION_ARGUMENT: ''' || unit || ''' is not a valid TIMESTAMP field')) END;
CREATE MACRO trino_round_timestamp(ts, unit) AS
  make_timestamp(((epoch_us(ts) + unit // 2) - ((epoch_us(ts) + unit // 2) % unit + unit) % unit));
CREATE MACRO trino_day_interval_text(i) AS
  CASE WHEN epoch_us(i) < 0 THEN '-' ELSE '' END
  || printf('%d %02d:%02d:%02d.%03d', abs(epoch_us(i)) // 86400000000, abs(epoch_us(i)) // 3600000000 % 24,
       abs(epoch_us(i)) // 60000000 % 60, abs(epoch_us(i)) // 1000000 % 60, abs(epoch_us(i)) // 1000 % 1000);
CREATE MACRO trino_year_interval_text(i) AS
  CASE WHEN datepart('year', i) < 0 OR datepart('month', i) < 0 THEN '-' ELSE '' END
  || abs(datepart('year', i)) || '-' || abs(datepart('month', i));

-- casts from text: Trino reads a whole number, or fails
CREATE MACRO trino_whole(s, name) AS
  CASE WHEN s IS NULL OR regexp_full_match(s, '[+-]?[0-9]+') THEN s
       ELSE '<<INVALID_CAST_ARGUMENT: Cannot cast ''' || s || ''' to ' || name || '>>' END;
CREATE MACRO trino_fraction(s, name) AS
  CASE WHEN s IS NULL OR regexp_full_match(s, '[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?|[+-]?Infinity|NaN') THEN s
       ELSE '<<INVALID_CAST_ARGUMENT: Cannot cast ''' || s || ''' to ' || name || '>>' END;
CREATE MACRO trino_moment(s, pattern, name) AS
  CASE WHEN s IS NULL OR regexp_full_match(trim(s), pattern) THEN trim(s)
       ELSE '<<INVALID_CAST_ARGUMENT: Value cannot be cast to ' || name || ': ' || s || '>>' END;
CREATE MACRO trino_date(s) AS
  CAST(trino_moment(s, '[+-]?[0-9]{4,}-[0-9]{1,2}-[0-9]{1,2}', 'date') AS DATE);
CREATE MACRO trino_boolean(s) AS
  CASE WHEN s IS NULL OR lower(s) IN ('t', 'true', '1', 'f', 'false', '0') THEN s
       ELSE '<<INVALID_CAST_ARGUMENT: Cannot cast ''' || s || ''' to boolean>>' END;
