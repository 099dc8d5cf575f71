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
