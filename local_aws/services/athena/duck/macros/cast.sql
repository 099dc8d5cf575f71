-- Casts from text. What cannot be read becomes the error's text, which no type reads either: so
-- CAST fails with it and TRY_CAST gives NULL.
CREATE MACRO trino_unreadable(s, name) AS
  '<<INVALID_CAST_ARGUMENT: Cannot cast ''' || s || ''' to ' || name || '>>';
CREATE MACRO trino_uncastable(s, name) AS
  '<<INVALID_CAST_ARGUMENT: Value cannot be cast to ' || name || ': ' || s || '>>';
-- Long.parseLong, Double.parseDouble (which trims, and reads 1f), BigDecimal.
CREATE MACRO trino_whole(s, name) AS
  CASE WHEN s IS NULL OR regexp_full_match(s, '[+-]?[0-9]+') THEN s ELSE trino_unreadable(s, name) END;
CREATE MACRO trino_fraction(s, name) AS
  CASE WHEN s IS NULL OR regexp_full_match(s, '[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?') THEN s
       WHEN regexp_full_match(s, '\s*[+-]?(([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?[fFdD]?|Infinity|NaN)\s*')
       THEN regexp_replace(regexp_replace(trim(s, trino_spaces()), '([0-9.])[fFdD]$', '\1'), '^[+-]NaN', 'NaN')
       ELSE trino_unreadable(s, name) END;
CREATE MACRO trino_decimal(s, name) AS
  CASE WHEN s IS NULL OR regexp_full_match(s, '[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?') THEN s
       ELSE '<<INVALID_CAST_ARGUMENT: Cannot cast VARCHAR ''' || s || ''' to ' || name || '. Value is not a number.>>' END;
CREATE MACRO trino_boolean(s) AS
  CASE WHEN s IS NULL OR lower(s) IN ('t', 'true', '1', 'f', 'false', '0') THEN s ELSE trino_unreadable(s, 'BOOLEAN') END;
CREATE MACRO trino_date(s) AS
  CASE WHEN s IS NULL OR regexp_full_match(trim(s), '[+-]?[0-9]{4,}-[0-9]{1,2}-[0-9]{1,2}') THEN ltrim(trim(s), '+')
       ELSE trino_uncastable(s, 'date') END;
CREATE MACRO trino_date_of(s) AS CAST(trino_date(s) AS DATE);
CREATE MACRO trino_uuid(s) AS
  CASE WHEN s IS NULL OR regexp_full_match(s, '[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}') THEN s
       ELSE '<<INVALID_CAST_ARGUMENT: Cannot cast value to UUID: ' || s || '>>' END;
CREATE MACRO trino_uuid_of(b) AS
  CAST(CASE WHEN octet_length(b) = 16 THEN hex(b)
       ELSE '<<INVALID_CAST_ARGUMENT: Invalid UUID binary length: ' || octet_length(b) || '>>' END AS UUID);
-- The engine reads six digits of a second; the seventh rounds.
CREATE MACRO trino_seventh(s) AS
  to_microseconds(CASE WHEN regexp_matches(s, '\.[0-9]{6}[5-9]') THEN 1 ELSE 0 END);
-- A zone after the timestamp, or whatever stands there, is left out.
CREATE MACRO trino_without_zone(s) AS
  regexp_extract(s, '^[+-]?[0-9]{4,}-[0-9]{1,2}-[0-9]{1,2}( [0-9]{1,2}:[0-9]{1,2}(:[0-9]{1,2}(\.[0-9]+)?)?)?');
CREATE MACRO trino_timestamp_of(s) AS
  CAST(CASE WHEN s IS NULL OR regexp_full_match(trim(s),
         '[+-]?[0-9]{4,}-[0-9]{1,2}-[0-9]{1,2}( [0-9]{1,2}:[0-9]{1,2}(:[0-9]{1,2}(\.[0-9]+)?)?)?') THEN ltrim(trim(s), '+')
       WHEN regexp_matches(trim(s), '^[+-]?[0-9]{4,}-[0-9]{1,2}-[0-9]{1,2} .') THEN ltrim(trino_without_zone(trim(s)), '+')
       ELSE trino_uncastable(s, 'timestamp') END AS TIMESTAMP) + trino_seventh(s);
CREATE MACRO trino_time_of(s) AS
  CAST(CASE WHEN s IS NULL OR regexp_full_match(trim(s),
         '([01]?[0-9]|2[0-3]):[0-5]?[0-9](:[0-5]?[0-9](\.[0-9]+)?)?') THEN trim(s)
       ELSE trino_uncastable(s, 'time') END AS TIME) + trino_seventh(s);
CREATE MACRO trino_round_time(t, unit) AS
  TIME '00:00:00' + to_microseconds((epoch_us(t) + unit // 2) // unit * unit);
-- casts to text
CREATE MACRO trino_represented(s, size) AS
  CASE WHEN length(s) > size
       THEN CAST(trino_error('INVALID_CAST_ARGUMENT: Value ' || s || ' cannot be represented as varchar(' || size || ')') AS VARCHAR)
       ELSE s END;
CREATE MACRO trino_double_text(x) AS
  CASE WHEN x = 0 OR (abs(x) >= 1e-3 AND abs(x) < 1e7) THEN CAST(x AS VARCHAR) ELSE py_double_text(x) END;
CREATE MACRO trino_real_text(x) AS
  CASE WHEN x = 0 OR (abs(x) >= 1e-3 AND abs(x) < 1e7) THEN CAST(x AS VARCHAR) ELSE py_real_text(x) END;
-- The engine writes the years before 0001 as years BC.
CREATE MACRO trino_date_text(d) AS
  CASE WHEN year(d) BETWEEN 1 AND 9999 THEN strftime(d, '%Y-%m-%d') ELSE py_date_text(year(d), month(d), day(d)) END;
-- What is too great for 32 bits is infinite.
CREATE MACRO trino_real_of(x) AS
  CASE WHEN abs(x) > 3.4028235677973362e38 AND NOT isnan(x)
       THEN CAST(CASE WHEN x > 0 THEN 'Infinity' ELSE '-Infinity' END AS FLOAT) ELSE CAST(x AS FLOAT) END;
