-- What each rule said of each partition run.
--
-- Grain: one row a partition run and rule. Of a run that failed: the rules asked before it failed.
--
-- dataset, partition, token, status, finished_at   the run, as in runs
-- name          the rule's name, as declared
-- kind          row (the contract's, in the Glue job), ruleset (DataBrew's), expectation (Great
--               Expectations')
-- severity      of a row rule what becomes of a row: quarantine, fail; else critical, warning, info
-- passed        whether it holds
-- rows_checked  rows that it was asked of; NULL where nobody counted
-- rows_broken   of these, rows that break it; NULL where nobody counted
SELECT
    r.dataset AS dataset,
    r.partition AS partition,
    r.token AS token,
    r.status AS status,
    r.finished_at AS finished_at,
    rule.name AS name,
    rule.kind AS kind,
    rule.severity AS severity,
    rule.passed AS passed,
    rule.rows_checked AS rows_checked,
    rule.rows_broken AS rows_broken
FROM lake_ops.runs AS r
CROSS JOIN UNNEST(r.rules) AS rule (name, kind, severity, passed, rows_checked, rows_broken)
