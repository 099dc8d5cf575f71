"""# flights
Every flight that left New York City, a month at a time.

land → profile → clean → convert → crawl → validate → publish. Readers see a month once `publish`
has run, and until then what was published before; a gate that stops a month says what, where and
what to do in the last line of its task's log.

- **A month again**: clear its run, or `airflow backfill create --dag-id flights --from-date
  2013-03-01 --to-date 2013-03-01 --reprocess-behavior completed`.
- **A year**: the same with `--to-date 2013-12-31 --max-active-runs 2`.
- **By hand**: a run's logical date names its month.
- **Names of runs**: by the day on which the month is over: `backfill__2013-04-01` is March.
"""

from tarn.airflow import dataset_dag

dag = dataset_dag(dag_id="flights", doc=__doc__)
