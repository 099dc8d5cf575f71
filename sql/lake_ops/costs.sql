-- What each run cost, as an estimate from the list prices in tarn/ledger/costs.py.
--
-- Grain: one row a run of AWS's. A partition that failed and went on from a later step has two
-- records that name the same runs: each is told once, of the record written last. A run by a
-- refresh of the dashboards is of the dataset lake_views.
--
-- dataset, partition   whose run it was; lake_views and all for a refresh
-- token, finished_at   the record, as in runs; or the refresh, as in refreshes
-- step                 profile, clean, convert, crawl, validate, count; dashboards
-- run_id               AWS's id: of a job run, a crawler, the first query, an ingestion
-- ran_at               when it began, by AWS's clock: the month that AWS bills it in; as finished_at
--                      of records from before it was kept
-- service              databrew, glue, crawler, athena, spice
-- units, unit          what was billed: node-hours, DPU-hours, TB, GB-months
-- usd                  US dollars
WITH bills AS (
    SELECT
        r.dataset AS dataset,
        r.partition AS partition,
        r.token AS token,
        r.finished_at AS finished_at,
        cost.step AS step,
        cost.run_id AS run_id,
        coalesce(nullif(cost.ran_at, ''), r.finished_at) AS ran_at,
        cost.service AS service,
        cost.units AS units,
        cost.unit AS unit,
        cost.usd AS usd,
        row_number() OVER (
            PARTITION BY cost.service, cost.run_id ORDER BY r.finished_at DESC
        ) AS told
    FROM lake_ops.runs AS r
    CROSS JOIN UNNEST(r.costs) AS cost (step, run_id, ran_at, service, units, unit, usd)
)
SELECT
    b.dataset AS dataset,
    b.partition AS partition,
    b.token AS token,
    b.finished_at AS finished_at,
    b.step AS step,
    b.run_id AS run_id,
    b.ran_at AS ran_at,
    b.service AS service,
    b.units AS units,
    b.unit AS unit,
    b.usd AS usd
FROM bills AS b
WHERE b.told = 1
UNION ALL
SELECT
    'lake_views' AS dataset,
    'all' AS partition,
    f.token AS token,
    f.refreshed_at AS finished_at,
    cost.step AS step,
    cost.run_id AS run_id,
    coalesce(nullif(cost.ran_at, ''), f.refreshed_at) AS ran_at,
    cost.service AS service,
    cost.units AS units,
    cost.unit AS unit,
    cost.usd AS usd
FROM lake_ops.refreshes AS f
CROSS JOIN UNNEST(f.costs) AS cost (step, run_id, ran_at, service, units, unit, usd)
