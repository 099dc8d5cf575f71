"""One machine's stack: local_aws, PostgreSQL and Airflow as processes on 127.0.0.1.

This package is the only place that knows that the AWS in use is the local one. It says so to
everything else through the environment, as a deployment to AWS would.
"""
