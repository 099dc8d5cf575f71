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
