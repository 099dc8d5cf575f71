"""CloudWatch Logs: groups, streams and events, as Glue and Airflow's operators need them."""
