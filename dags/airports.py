"""# airports
Where flights go: names, places and time zones of airports; one table, replaced whole by each run.

land → profile → clean → convert → crawl → validate → publish. Runs go one after the other; each
month starts one, and `airflow dags trigger airports` starts one now.
"""

from tarn.airflow import dataset_dag

dag = dataset_dag(dag_id="airports", doc=__doc__)
