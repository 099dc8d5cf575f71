"""# airlines
Who flies: carriers by code; one small table, replaced whole by each run.

land → profile → clean → convert → crawl → validate → publish. Runs go one after the other; each
month starts one, and `airflow dags trigger airlines` starts one now.
"""

from tarn.airflow import dataset_dag

dag = dataset_dag(dag_id="airlines", doc=__doc__)
