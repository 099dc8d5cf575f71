"""# lake_maintenance
Deletes what nobody needs: files of runs that are neither published nor kept to go back to, what
failed runs left, DataBrew's objects of partitions at rest. Each night; `./lake collect --dry-run`
says what it would delete now, and docs/settings.md (`TARN_RETENTION_…`) what is kept.
"""

from tarn.airflow import maintenance_dag

dag = maintenance_dag(dag_id="lake_maintenance", doc=__doc__)
