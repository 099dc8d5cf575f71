"""# weather
Hourly weather at New York City's airports, a month at a time.

land → profile → clean → convert → crawl → validate → publish, as for flights, with which it is
joined by origin and hour.

- **A year**: `airflow backfill create --dag-id weather --from-date 2013-01-01 --to-date 2013-12-31
  --max-active-runs 2`; a month again: clear its run, or add `--reprocess-behavior completed`.
- **By hand**: a run's logical date names its month.
- **Names of runs**: by the day on which the month is over: `backfill__2013-04-01` is March.
"""

from tarn.airflow import dataset_dag

dag = dataset_dag(dag_id="weather", doc=__doc__)
