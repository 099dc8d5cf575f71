"""The pipeline's library: what a dataset is, and the steps that take a partition to its readers.

It talks to AWS through boto3 and knows nothing of Airflow, nor of where AWS is: the environment
(AWS_ENDPOINT_URL, credentials, polling intervals) decides that.
"""
