-- windows: what Trino refuses, DuckDB takes
CREATE MACRO trino_frame_offset(n) AS
  CASE WHEN n >= 0 THEN n
       ELSE trino_error('INVALID_WINDOW_FRAME: Window frame offset value must not be negative or null') END;
CREATE MACRO trino_row_offset(n) AS
  CASE WHEN n IS NULL THEN trino_error('INVALID_FUNCTION_ARGUMENT: Offset must not be null')
       WHEN n < 0 THEN trino_error('INVALID_FUNCTION_ARGUMENT: Offset must be at least 0') ELSE n END;
CREATE MACRO trino_place(n) AS
  CASE WHEN n < 1 THEN trino_error('INVALID_FUNCTION_ARGUMENT: Offset must be at least 1') ELSE n END;
CREATE MACRO trino_buckets(n) AS
  CASE WHEN n < 1 THEN trino_error('INVALID_FUNCTION_ARGUMENT: Buckets must be greater than 0') ELSE n END;
