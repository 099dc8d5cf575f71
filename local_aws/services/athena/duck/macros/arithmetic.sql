-- What Trino's functions do where DuckDB's of the same name do something else.
-- An error is a cast that cannot succeed: error() is volatile, and TRY refuses volatile functions.
-- The text between the marks is Trino's code and message (see duck/failures.py).

CREATE MACRO trino_error(message) AS CAST('<<' || message || '>>' AS INTEGER);
CREATE MACRO trino_idiv(a, b) AS
  CASE WHEN b = 0 THEN trino_error('DIVISION_BY_ZERO: Division by zero') ELSE a // b END;
CREATE MACRO trino_mod(a, b) AS
  CASE WHEN b = 0 THEN trino_error('DIVISION_BY_ZERO: Division by zero') ELSE a % b END;
-- a and b are unscaled integers; the quotient is rounded half up, as decimals are.
CREATE MACRO trino_round_div(a, b) AS
  CASE WHEN b = 0 THEN trino_error('DIVISION_BY_ZERO: Division by zero')
       ELSE (abs(a) // abs(b) + CASE WHEN abs(a) % abs(b) * 2 >= abs(b) THEN 1 ELSE 0 END)
            * CASE WHEN (a < 0) = (b < 0) THEN 1 ELSE -1 END END;
-- Where Java's functions give NaN or an infinity, DuckDB's fail.
CREATE MACRO trino_log(x) AS
  CASE WHEN x > 0 THEN ln(x) WHEN x = 0 THEN CAST('-Infinity' AS DOUBLE) WHEN x IS NULL THEN NULL
       ELSE CAST('NaN' AS DOUBLE) END;
CREATE MACRO trino_log10(x) AS
  CASE WHEN x > 0 THEN log10(x) WHEN x = 0 THEN CAST('-Infinity' AS DOUBLE) WHEN x IS NULL THEN NULL
       ELSE CAST('NaN' AS DOUBLE) END;
CREATE MACRO trino_sqrt(x) AS CASE WHEN x < 0 THEN CAST('NaN' AS DOUBLE) ELSE sqrt(x) END;
CREATE MACRO trino_acos(x) AS CASE WHEN abs(x) > 1 THEN CAST('NaN' AS DOUBLE) ELSE acos(x) END;
CREATE MACRO trino_asin(x) AS CASE WHEN abs(x) > 1 THEN CAST('NaN' AS DOUBLE) ELSE asin(x) END;
CREATE MACRO trino_of_finite(x, y) AS
  CASE WHEN isfinite(x) THEN y WHEN x IS NOT NULL THEN CAST('NaN' AS DOUBLE) END;
CREATE MACRO trino_random(low, high, message) AS
  CASE WHEN low < high THEN CAST(low + floor(random() * (high - low)) AS BIGINT)
       WHEN low >= high THEN trino_error('INVALID_FUNCTION_ARGUMENT: ' || message) END;
CREATE MACRO trino_round_whole(x, places) AS
  CASE WHEN places >= 0 THEN CAST(x AS HUGEINT)
       ELSE trino_round_div(CAST(x AS HUGEINT), CAST(pow(10, -places) AS HUGEINT)) * CAST(pow(10, -places) AS HUGEINT) END;
CREATE MACRO trino_invalid(wrong, message) AS
  CASE WHEN wrong THEN trino_error('INVALID_FUNCTION_ARGUMENT: ' || message) ELSE 0 END;
CREATE MACRO trino_width(x, low, high, buckets) AS
  CASE WHEN x < low THEN CAST(0 AS BIGINT) WHEN x >= high THEN buckets + 1
       ELSE CAST(trunc(CAST(buckets AS DOUBLE) * (x - low) / (high - low) + 1) AS BIGINT) END;
CREATE MACRO trino_width_bucket(x, bound, other, buckets) AS
  CAST(trino_invalid(buckets <= 0, 'bucketCount must be greater than 0')
  + trino_invalid(isnan(x), 'operand must not be NaN')
  + trino_invalid(NOT isfinite(bound), 'first bound must be finite')
  + trino_invalid(NOT isfinite(other), 'second bound must be finite')
  + trino_invalid(bound = other, 'bounds cannot equal each other')
  + CASE WHEN bound < other THEN trino_width(x, bound, other, buckets)
         ELSE buckets - trino_width(x, other, bound, buckets) + 1 END AS BIGINT);
CREATE MACRO trino_width_of_bins(x, bins) AS
  CAST(trino_invalid(len(bins) = 0, 'Bins cannot be an empty array')
  + trino_invalid(isnan(x), 'Operand cannot be NaN')
  + trino_invalid(len(list_filter(bins, lambda b: NOT isfinite(b))) > 0, 'Bin value must be finite')
  + trino_invalid(bins <> list_sort(bins), 'Bin values are not sorted in ascending order')
  + len(list_filter(bins, lambda b: b <= x)) AS BIGINT);

CREATE MACRO trino_all_known(vals, result) AS
  CASE WHEN len(list_filter(vals, lambda e: e IS NULL)) = 0 THEN result END;
