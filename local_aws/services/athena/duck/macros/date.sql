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
