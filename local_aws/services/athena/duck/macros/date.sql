-- dates; a zoned timestamp is (u: UTC, z: its zone)
CREATE MACRO trino_utc(ts) AS struct_pack(u := ts, z := 'UTC');
CREATE MACRO trino_moment() AS timezone('UTC', transaction_timestamp());
CREATE MACRO trino_now() AS date_trunc('millisecond', trino_moment());
CREATE MACRO trino_offset(z) AS
  to_minutes(CAST((CASE WHEN z[1] = '-' THEN -1 ELSE 1 END)
    * (CAST(z[2:3] AS INTEGER) * 60 + CAST(z[5:6] AS INTEGER)) AS BIGINT));
-- A macro's argument is written wherever it is used, and these lie in each other: bound to a lambda's it is written
-- once, where a query of four took seconds to plan. A NULL that is folded into a constant has lost its type.
CREATE MACRO trino_local(x) AS
  list_transform([x], lambda m: CASE WHEN m.z = 'UTC' THEN CAST(m.u AS TIMESTAMP)
       WHEN m.z[1] IN ('+', '-') THEN CAST(m.u AS TIMESTAMP) + trino_offset(m.z)
       ELSE timezone(m.z, timezone('UTC', CAST(m.u AS TIMESTAMP))) END)[1];
CREATE MACRO trino_zoned(ts, zone) AS
  list_transform([struct_pack(t := ts, o := zone)], lambda m:
       CASE WHEN m.t IS NULL OR m.o IS NULL THEN NULL ELSE
       struct_pack(u := CASE WHEN m.o = 'UTC' THEN m.t WHEN m.o[1] IN ('+', '-') THEN m.t - trino_offset(m.o)
         ELSE timezone('UTC', timezone(m.o, m.t)) END, z := m.o) END)[1];
CREATE MACRO trino_at_zone(x, zone) AS
  list_transform([struct_pack(v := x, o := zone)], lambda m:
       CASE WHEN m.v IS NULL OR m.o IS NULL THEN NULL ELSE struct_pack(u := m.v.u, z := m.o) END)[1];
CREATE MACRO trino_offset_minutes(x) AS
  CAST((epoch_us(trino_local(x)) - epoch_us(x.u)) // 60000000 AS BIGINT);
CREATE MACRO trino_iso_offset(x) AS
  CASE WHEN x.z = 'UTC' THEN 'Z' WHEN x.z[1] IN ('+', '-') THEN x.z
       ELSE printf('%s%02d:%02d', CASE WHEN trino_offset_minutes(x) < 0 THEN '-' ELSE '+' END,
         abs(trino_offset_minutes(x)) // 60, abs(trino_offset_minutes(x)) % 60) END;
CREATE MACRO trino_from_unixtime(x, zone) AS
  CASE WHEN x IS NULL OR zone IS NULL THEN NULL
       ELSE struct_pack(u := make_timestamp(CAST(round(x * 1e3) AS BIGINT) * 1000), z := zone) END;
-- units, which must be Trino's and not DuckDB's own
CREATE MACRO trino_no_unit(unit, kind) AS
  CAST(trino_error('INVALID_FUNCTION_ARGUMENT: ''' || lower(unit) || ''' is not a valid ' || kind || ' field') AS VARCHAR);
CREATE MACRO trino_date_unit(unit) AS
  CASE WHEN lower(unit) IN ('day', 'week', 'month', 'quarter', 'year') THEN lower(unit)
       WHEN unit IS NOT NULL THEN trino_no_unit(unit, 'DATE') END;
CREATE MACRO trino_time_unit(unit) AS
  CASE WHEN lower(unit) IN ('millisecond', 'second', 'minute', 'hour') THEN lower(unit)
       WHEN unit IS NOT NULL THEN trino_no_unit(unit, 'TIME') END;
CREATE MACRO trino_timestamp_unit(unit) AS
  CASE WHEN lower(unit) IN ('millisecond', 'second', 'minute', 'hour', 'day', 'week', 'month', 'quarter', 'year')
       THEN lower(unit) WHEN unit IS NOT NULL THEN trino_no_unit(unit, 'TIMESTAMP') END;
CREATE MACRO trino_microseconds(unit) AS
  CASE unit WHEN 'millisecond' THEN CAST(1000 AS BIGINT) WHEN 'second' THEN 1000000 WHEN 'minute' THEN 60000000
       WHEN 'hour' THEN 3600000000 END;
CREATE MACRO trino_units(unit, n) AS
  CASE unit WHEN 'day' THEN to_days(CAST(n AS INTEGER)) WHEN 'week' THEN to_days(CAST(n * 7 AS INTEGER))
       WHEN 'month' THEN to_months(CAST(n AS INTEGER)) WHEN 'quarter' THEN to_months(CAST(n * 3 AS INTEGER))
       WHEN 'year' THEN to_months(CAST(n * 12 AS INTEGER)) ELSE to_microseconds(n * trino_microseconds(unit)) END;
CREATE MACRO trino_date_add(unit, n, x) AS CAST(x + trino_units(trino_date_unit(unit), n) AS DATE);
CREATE MACRO trino_timestamp_add(unit, n, x) AS x + trino_units(trino_timestamp_unit(unit), n);
CREATE MACRO trino_time_add(unit, n, x) AS x + trino_units(trino_time_unit(unit), n);
-- Hours go by on the clock of the world, days on the local calendar.
CREATE MACRO trino_zoned_add(unit, n, x) AS
  CASE WHEN trino_microseconds(lower(unit)) IS NOT NULL
       THEN struct_pack(u := x.u + trino_units(lower(unit), n), z := x.z)
       ELSE trino_zoned(trino_timestamp_add(unit, n, trino_local(x)), x.z) END;
CREATE MACRO trino_date_diff(unit, a, b) AS
  date_sub(trino_date_unit(unit), CAST(a AS TIMESTAMP), CAST(b AS TIMESTAMP));
CREATE MACRO trino_timestamp_diff(unit, a, b) AS date_sub(trino_timestamp_unit(unit), a, b);
CREATE MACRO trino_time_diff(unit, a, b) AS
  CAST((epoch_us(b) - epoch_us(a)) // trino_microseconds(trino_time_unit(unit)) AS BIGINT);
CREATE MACRO trino_zoned_diff(unit, a, b) AS
  CASE WHEN trino_microseconds(lower(unit)) IS NOT NULL THEN date_sub(lower(unit), a.u, b.u)
       ELSE trino_timestamp_diff(unit, trino_local(a), trino_local(struct_pack(u := b.u, z := a.z))) END;
CREATE MACRO trino_time_trunc(unit, x) AS
  TIME '00:00:00' + to_microseconds(epoch_us(x) - epoch_us(x) % trino_microseconds(trino_time_unit(unit)));
CREATE MACRO trino_round_timestamp(ts, unit) AS
  make_timestamp(((epoch_us(ts) + unit // 2) - ((epoch_us(ts) + unit // 2) % unit + unit) % unit));
-- intervals: of microseconds or of months
CREATE MACRO trino_interval_part(i, unit, modulus) AS CAST(epoch_us(i) // unit % modulus AS BIGINT);
CREATE MACRO trino_days(i) AS
  CASE WHEN epoch_us(i) % 86400000000 = 0 THEN to_days(CAST(epoch_us(i) // 86400000000 AS INTEGER))
       ELSE to_days(trino_error('INVALID_FUNCTION_ARGUMENT: Cannot add hour, minutes or seconds to a date')) END;
CREATE MACRO trino_day_interval_text(i) AS
  CASE WHEN epoch_us(i) < 0 THEN '-' ELSE '' END
  || printf('%d %02d:%02d:%02d.%03d', abs(epoch_us(i)) // 86400000000, abs(epoch_us(i)) // 3600000000 % 24,
       abs(epoch_us(i)) // 60000000 % 60, abs(epoch_us(i)) // 1000000 % 60, abs(epoch_us(i)) // 1000 % 1000);
CREATE MACRO trino_year_interval_text(i) AS
  CASE WHEN trino_months(i) < 0 THEN '-' ELSE '' END || abs(trino_months(i)) // 12 || '-' || abs(trino_months(i)) % 12;
CREATE MACRO trino_multiplied(size, x) AS
  CASE WHEN isnan(x) THEN trino_error('INVALID_FUNCTION_ARGUMENT: Cannot multiply by double NaN')
       ELSE CAST(trunc(size * x) AS BIGINT) END;
CREATE MACRO trino_divided(size, x) AS
  CASE WHEN isnan(x) OR x = 0 THEN trino_error('INVALID_FUNCTION_ARGUMENT: Cannot divide by double ' || trino_double_text(x))
       ELSE CAST(trunc(size / x) AS BIGINT) END;
CREATE MACRO trino_nanos_in(x) AS
  CASE WHEN x.n IS NOT NULL THEN struct_pack(u := make_timestamp_ns(x.n), z := x.z) END;
-- timestamps with nanoseconds, from 1677 to 2262
CREATE MACRO trino_nanos_of(s) AS
  make_timestamp_ns(epoch_ns(CAST(CASE WHEN s IS NULL OR regexp_full_match(trim(s),
         '[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}( [0-9]{1,2}:[0-9]{1,2}(:[0-9]{1,2}(\.[0-9]+)?)?)?') THEN trim(s)
       ELSE trino_uncastable(s, 'timestamp') END AS TIMESTAMP_NS))
    + CASE WHEN regexp_matches(s, '\.[0-9]{9}[5-9]') THEN 1 ELSE 0 END);
CREATE MACRO trino_round_nanos(x, unit) AS
  make_timestamp_ns((epoch_ns(x) + unit // 2) - ((epoch_ns(x) + unit // 2) % unit + unit) % unit);
CREATE MACRO trino_nano_text(x, zone, digits) AS
  strftime(trino_local(struct_pack(u := CAST(x AS TIMESTAMP), z := coalesce(zone, 'UTC'))), '%Y-%m-%d %H:%M:%S.')
  || strftime(x, '%n')[:digits] || CASE WHEN zone IS NULL THEN '' ELSE ' ' || zone END;
