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
