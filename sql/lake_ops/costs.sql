-- What each run cost, as an estimate from the list prices in tarn/costs.py.
--
-- Grain: one row a run and step; a run is a partition's, or a refresh of the dashboards.
--
-- dataset, partition   of a partition run; lake_views and all for a refresh
-- token, finished_at   the run, as in runs; or the refresh, as in refreshes
-- step                 profile, clean, convert, crawl, validate, count; dashboards
-- service              databrew, glue, crawler, athena, spice
-- units, unit          what was billed: node-hours, DPU-hours, TB, GB-months
-- usd                  US dollars
SELECT
    r.dataset AS dataset,
    r.partition AS partition,
    r.token AS token,
    r.finished_at AS finished_at,
    cost.step AS step,
    cost.service AS service,
    cost.units AS units,
    cost.unit AS unit,
    cost.usd AS usd
FROM lake_ops.runs AS r
CROSS JOIN UNNEST(r.costs) AS cost (step, service, units, unit, usd)
UNION ALL
SELECT
    'lake_views' AS dataset,
    'all' AS partition,
    f.token AS token,
    f.refreshed_at AS finished_at,
    cost.step AS step,
    cost.service AS service,
    cost.units AS units,
    cost.unit AS unit,
    cost.usd AS usd
FROM lake_ops.refreshes AS f
CROSS JOIN UNNEST(f.costs) AS cost (step, service, units, unit, usd)
