-- WITH RECURSIVE: a row beyond the last step is an error, of whatever row it is asked
CREATE MACRO trino_too_deep(any_row) AS any_row < CASE WHEN any_row >= 0
  THEN trino_error('NOT_SUPPORTED: Recursion depth limit exceeded (10). Use ''max_recursion_depth'' session property to modify the limit.') END;
