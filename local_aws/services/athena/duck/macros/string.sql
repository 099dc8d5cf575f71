-- strings
-- Character.isWhitespace, which spaces that do not break are not.
CREATE MACRO trino_spaces() AS
  ' ' || chr(9) || chr(10) || chr(11) || chr(12) || chr(13) || chr(28) || chr(29) || chr(30) || chr(31)
  || chr(5760) || chr(8192) || chr(8193) || chr(8194) || chr(8195) || chr(8196) || chr(8197) || chr(8198)
  || chr(8200) || chr(8201) || chr(8202) || chr(8232) || chr(8233) || chr(8287) || chr(12288);
CREATE MACRO trino_chr(n) AS
  CASE WHEN n BETWEEN 0 AND 55295 OR n BETWEEN 57344 AND 1114111 THEN chr(CAST(n AS INTEGER))
       WHEN n IS NOT NULL
       THEN CAST(trino_error('INVALID_FUNCTION_ARGUMENT: Not a valid Unicode code point: ' || n) AS VARCHAR) END;
CREATE MACRO trino_codepoint(s) AS
  CASE WHEN length(s) = 1 THEN unicode(s) WHEN s IS NOT NULL
       THEN trino_error('INVALID_FUNCTION_ARGUMENT: Input string must be a single character string') END;
CREATE MACRO trino_upper(s) AS CASE WHEN contains(s, chr(223)) THEN py_upper(s) ELSE upper(s) END;
-- DuckDB keeps a letter and its accents together.
CREATE MACRO trino_reverse(s) AS
  CASE WHEN octet_length(encode(s)) = length(s) THEN reverse(s)
       ELSE array_to_string(list_reverse(string_split(s, '')), '') END;
-- DuckDB counts the bytes.
CREATE MACRO trino_levenshtein(a, b) AS
  CASE WHEN octet_length(encode(a)) = length(a) AND octet_length(encode(b)) = length(b)
       THEN CAST(levenshtein(a, b) AS BIGINT) ELSE py_levenshtein(a, b) END;
CREATE MACRO trino_pad_size(size, pad) AS
  CASE WHEN size < 0 OR size > 2147483647
       THEN trino_error('INVALID_FUNCTION_ARGUMENT: Target length must be in the range [0..2147483647]')
       WHEN pad = '' THEN trino_error('INVALID_FUNCTION_ARGUMENT: Padding string must not be empty')
       ELSE CAST(size AS INTEGER) END;
CREATE MACRO trino_lpad(s, size, pad) AS
  lpad(s, trino_pad_size(size, pad), CASE WHEN pad = '' THEN ' ' ELSE pad END);
CREATE MACRO trino_rpad(s, size, pad) AS
  rpad(s, trino_pad_size(size, pad), CASE WHEN pad = '' THEN ' ' ELSE pad END);
CREATE MACRO trino_split(s, d) AS
  CASE WHEN d = ''
       THEN [CAST(trino_error('INVALID_FUNCTION_ARGUMENT: The delimiter may not be the empty string') AS VARCHAR)]
       ELSE string_split(s, d) END;
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
  CASE WHEN what = '' AND s = '' THEN with_ WHEN what = '' THEN with_ || array_to_string(string_split(s, ''), with_) || with_
       ELSE replace(s, what, with_) END;
CREATE MACRO trino_fitting(s, size, kinds) AS
  CASE WHEN length(rtrim(s)) > size
       THEN CAST(trino_error('INVALID_CAST_ARGUMENT: Cannot truncate non-space characters when casting from ' || kinds || ' on INSERT') AS VARCHAR)
       ELSE s END;
