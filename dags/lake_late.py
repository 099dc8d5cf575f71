"""# lake_late
Late data: published partitions whose source file has changed since it was landed are run again.

Each morning the sources are compared with what the ledger says was landed, first by size and time
(or S3's ETag), then by their rows. A partition that differs is cleared, and goes its whole way
again; readers see the former rows until it is published.
"""

from tarn.airflow import late_dag

dag = late_dag(dag_id="lake_late", doc=__doc__, schedule="0 5 * * *")
