"""# lake_freshness
Every hour, each dataset's newest published data against the freshness of its contract.

A dataset that has become late is one alert to the lake's SNS topic (`kind` late, `severity`
critical), and one more (`kind` fresh, `severity` info) when it is fresh again; while nothing
changes, nothing is sent. The task returns the state of every dataset.
"""

from tarn.airflow import freshness_dag

dag = freshness_dag(dag_id="lake_freshness", doc=__doc__)
