-- What Athena scanned for each view, before and after a compaction or a refresh.
--
-- Grain: one row a view and a compaction (./lake compact) or a refresh of the dashboards.
--
-- view           as in the database that readers use
-- occasion       compact, where every column of the view was read; refresh, where its rows were
--                counted, which needs fewer columns: hold like against like
-- token, at      the compaction, as in compactions; or the refresh, as in refreshes
-- bytes_before   scanned before the compaction; by the refresh before. NULL for a first refresh
-- bytes_after    scanned after it
-- change_percent how much more, or less than 0: how much less. NULL where nothing was before
-- query_after    the id of the query that was asked after it
WITH occasions AS (
    SELECT
        shown.view AS view,
        'compact' AS occasion,
        c.token AS token,
        c.compacted_at AS at,
        shown.bytes_before AS bytes_before,
        shown.bytes_after AS bytes_after,
        shown.query_after AS query_after
    FROM lake_ops.compactions AS c
    CROSS JOIN UNNEST(c.views) AS shown (
        view, bytes_before, bytes_after, query_before, query_after
    )
    UNION ALL
    SELECT
        shown.view AS view,
        'refresh' AS occasion,
        f.token AS token,
        f.refreshed_at AS at,
        lag(shown.scanned) OVER (
            PARTITION BY shown.view ORDER BY f.refreshed_at
        ) AS bytes_before,
        shown.scanned AS bytes_after,
        shown.query AS query_after
    FROM lake_ops.refreshes AS f
    CROSS JOIN UNNEST(f.views) AS shown (
        view, data_set, ingestion, rows, athena_rows, bytes, query, sql_sha256, tables, scanned
    )
    WHERE shown.scanned IS NOT NULL
)
SELECT
    o.view AS view,
    o.occasion AS occasion,
    o.token AS token,
    o.at AS at,
    o.bytes_before AS bytes_before,
    o.bytes_after AS bytes_after,
    round(100.0 * (o.bytes_after - o.bytes_before) / nullif(o.bytes_before, 0), 1)
        AS change_percent,
    o.query_after AS query_after
FROM occasions AS o
