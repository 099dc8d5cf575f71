"""The lake's page: what Airflow's UI shows of it. Knows the ledger and S3; Airflow it does not."""
