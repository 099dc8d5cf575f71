"""What AWS says of settings that a bucket here cannot have: they are not set.

Tools that read a bucket's whole state (terraform, drift checks) ask for all of them. To put one is
refused by name.
"""

from collections.abc import Callable

from local_aws.services.s3 import documents
from local_aws.services.s3.backend import Backend
from local_aws.services.s3.errors import NoSuchConfiguration, NotSupported
from local_aws.services.s3.http import xml
from local_aws.services.s3.http.request import Reply, S3Request, xml_reply

Operation = Callable[[Backend, S3Request], Reply]


def _missing(code: str, message: str) -> Operation:
    def get(s3: Backend, request: S3Request) -> Reply:
        s3.store.require_bucket(request.bucket)
        raise NoSuchConfiguration(code, message, request.bucket)

    return get


def _answer(root: str, children: xml.Children = ()) -> Operation:
    def get(s3: Backend, request: S3Request) -> Reply:
        s3.store.require_bucket(request.bucket)
        return xml_reply(xml.document(root, children))

    return get


ANSWERS: tuple[tuple[str, str, Operation], ...] = (
    (
        "GetBucketCors",
        "cors",
        _missing("NoSuchCORSConfiguration", "The CORS configuration does not exist"),
    ),
    (
        "GetBucketWebsite",
        "website",
        _missing(
            "NoSuchWebsiteConfiguration",
            "The specified bucket does not have a website configuration",
        ),
    ),
    (
        "GetBucketReplication",
        "replication",
        _missing(
            "ReplicationConfigurationNotFoundError",
            "The replication configuration was not found",
        ),
    ),
    (
        "GetObjectLockConfiguration",
        "object-lock",
        _missing(
            "ObjectLockConfigurationNotFoundError",
            "Object Lock configuration does not exist for this bucket",
        ),
    ),
    ("GetBucketAccelerateConfiguration", "accelerate", _answer("AccelerateConfiguration")),
    (
        "GetBucketRequestPayment",
        "requestPayment",
        _answer("RequestPaymentConfiguration", [("Payer", "BucketOwner")]),
    ),
)
"""Operation, its word of the query, what answers."""


def put_bucket_request_payment(s3: Backend, request: S3Request) -> Reply:
    """The owner pays: that is how it is."""
    s3.store.require_bucket(request.bucket)
    payer = documents.read("PutBucketRequestPayment", request.body)["Payer"]
    if payer != "BucketOwner":
        raise NotSupported(f"PutBucketRequestPayment with the payer {payer}")
    return Reply(200)
