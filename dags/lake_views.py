"""# lake_views
What readers look at: views in Athena (`sql/`), then the dashboards' data sets in QuickSight.

Starts when any dataset was published. `settle` waits until no partition is queued or under way, so
a backfill of a year refreshes once; when nothing has changed since the last refresh it skips the
rest. Each dashboard's ingestion is waited for, and its rows are counted against Athena's.
"""

from tarn.airflow import views_dag

dag = views_dag(dag_id="lake_views", doc=__doc__)
