"""What a bucket tells of its objects, and to whom."""

from local_aws.services.s3 import documents
from local_aws.services.s3.backend import Backend
from local_aws.services.s3.http.request import Reply, S3Request, xml_reply
from local_aws.services.s3.notifications import configuration, events
from local_aws.services.s3.settings import NOTIFICATION


def get_bucket_notification_configuration(s3: Backend, request: S3Request) -> Reply:
    s3.store.require_bucket(request.bucket)
    body = s3.settings.held(request.bucket).get(NOTIFICATION.query)
    return xml_reply(body or documents.write(configuration.OPERATION, {}))


def put_bucket_notification_configuration(s3: Backend, request: S3Request) -> Reply:
    """Each topic and queue gets a test event first, as on AWS."""
    s3.store.require_bucket(request.bucket)
    skipped = request.headers.get("x-amz-skip-destination-validation", "").lower() == "true"
    body = configuration.checked(request.body, s3.platform, reachable=not skipped)
    told = [] if skipped else [t for t in configuration.targets(body) if t.service != "events"]
    for target in told:
        s3.outbox.add(events.test_event(request.bucket), [target])
    s3.settings.put(request.bucket, NOTIFICATION, body)
    return Reply(200)
