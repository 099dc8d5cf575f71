"""Where a bucket's access logs go."""

from local_aws.services.s3 import documents
from local_aws.services.s3.access_logs import configuration
from local_aws.services.s3.backend import Backend
from local_aws.services.s3.http.request import Reply, S3Request, xml_reply
from local_aws.services.s3.settings import LOGGING


def get_bucket_logging(s3: Backend, request: S3Request) -> Reply:
    s3.store.require_bucket(request.bucket)
    body = s3.settings.held(request.bucket).get(LOGGING.query)
    return xml_reply(body or documents.write(configuration.OPERATION, {}))


def put_bucket_logging(s3: Backend, request: S3Request) -> Reply:
    s3.store.require_bucket(request.bucket)
    body = configuration.checked(s3, request.bucket, request.body)
    s3.settings.put(request.bucket, LOGGING, body)
    return Reply(200)
