"""# planes
The planes that fly from New York City: one table, replaced whole by each run.

land → profile → clean → convert → crawl → validate → publish. Runs go one after the other; each
month starts one, and `airflow dags trigger planes` starts one now.
"""

from tarn.airflow import dataset_dag

dag = dataset_dag(dag_id="planes", doc=__doc__)
