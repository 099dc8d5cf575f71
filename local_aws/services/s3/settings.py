"""What is configured of a bucket: one document of each kind, kept once it was checked.

Each kind has a code for "never set", and some have the value that AWS gives a new bucket. What a
write or a read asks of its bucket (encryption, lifecycle, notifications) is held in memory, so
that a bucket which has none of them pays a look into a dictionary.
"""

import threading
from dataclasses import dataclass, field

from local_aws.services.s3.errors import NoSuchConfiguration
from local_aws.services.s3.model import S3Store


@dataclass(frozen=True)
class Kind:
    """`root` is the document's element, empty for a policy, which is JSON.

    `headers` stand beside the document in the answers to Get and Put.
    """

    query: str
    operation: str
    root: str
    missing_code: str
    missing_message: str
    default: str = ""
    headers: dict[str, str] = field(default_factory=dict, hash=False)


# New buckets encrypt with S3's keys, have ACLs disabled and public access blocked.
# https://docs.aws.amazon.com/AmazonS3/latest/userguide/create-bucket-faq.html
ENCRYPTION = (
    "<Rule><ApplyServerSideEncryptionByDefault><SSEAlgorithm>AES256</SSEAlgorithm>"
    "</ApplyServerSideEncryptionByDefault><BucketKeyEnabled>false</BucketKeyEnabled></Rule>"
)
OWNERSHIP = "<Rule><ObjectOwnership>BucketOwnerEnforced</ObjectOwnership></Rule>"
PUBLIC_ACCESS_MEMBERS = (
    "BlockPublicAcls",
    "IgnorePublicAcls",
    "BlockPublicPolicy",
    "RestrictPublicBuckets",
)
PUBLIC_ACCESS = "".join(f"<{name}>true</{name}>" for name in PUBLIC_ACCESS_MEMBERS)

KINDS: tuple[Kind, ...] = (
    Kind("tagging", "BucketTagging", "Tagging", "NoSuchTagSet", "The TagSet does not exist"),
    Kind("policy", "BucketPolicy", "", "NoSuchBucketPolicy", "The bucket policy does not exist"),
    Kind(
        "publicAccessBlock",
        "PublicAccessBlock",
        "PublicAccessBlockConfiguration",
        "NoSuchPublicAccessBlockConfiguration",
        "The public access block configuration was not found",
        PUBLIC_ACCESS,
    ),
    Kind(
        "encryption",
        "BucketEncryption",
        "ServerSideEncryptionConfiguration",
        "ServerSideEncryptionConfigurationNotFoundError",
        "The server side encryption configuration was not found",
        ENCRYPTION,
    ),
    Kind(
        "ownershipControls",
        "BucketOwnershipControls",
        "OwnershipControls",
        "OwnershipControlsNotFoundError",
        "The bucket ownership controls were not found",
        OWNERSHIP,
    ),
    Kind(
        "lifecycle",
        "BucketLifecycleConfiguration",
        "LifecycleConfiguration",
        "NoSuchLifecycleConfiguration",
        "The lifecycle configuration does not exist",
        headers={"x-amz-transition-default-minimum-object-size": "all_storage_classes_128K"},
    ),
)
# AWS has no operation that deletes these: an empty document does.
NOTIFICATION = Kind(
    "notification", "BucketNotificationConfiguration", "NotificationConfiguration", "", ""
)
LOGGING = Kind("logging", "BucketLogging", "BucketLoggingStatus", "", "")


class Settings:
    def __init__(self, store: S3Store) -> None:
        self._store = store
        self._db = store.db
        self._held: dict[str, dict[str, bytes]] = {}
        self._lock = threading.Lock()
        self.version = object()
        """Another one after each change, so that what was read of settings can be kept."""
        store.watchers.append(self.forget)

    def get(self, bucket: str, kind: Kind) -> bytes:
        """The document; an empty one was deleted, which is not the same as never set."""
        self._store.require_bucket(bucket)
        body = self.held(bucket).get(kind.query, _default(kind))
        if not body:
            raise NoSuchConfiguration(kind.missing_code, kind.missing_message, bucket)
        return body

    def held(self, bucket: str) -> dict[str, bytes]:
        """All documents of a bucket that were put, by their word of the query."""
        held = self._held.get(bucket)
        if held is None:
            with self._lock:
                rows = self._db.all("SELECT kind, body FROM settings WHERE bucket = ?", (bucket,))
                held = {row["kind"]: bytes(row["body"]) for row in rows}
                if self._store.bucket_exists(bucket):  # names that are no buckets are no end of
                    self._held[bucket] = held
        return held

    def forget(self, bucket: str) -> None:
        """The bucket or a setting of it changed."""
        with self._lock:
            self._held.pop(bucket, None)
            self.version = object()

    def buckets_with(self, kind: Kind) -> list[tuple[str, bytes]]:
        """Buckets that have such a document, and it."""
        rows = self._db.all(
            "SELECT bucket, body FROM settings WHERE kind = ? AND body <> x'' ORDER BY bucket",
            (kind.query,),
        )
        return [(row["bucket"], bytes(row["body"])) for row in rows]

    def put(self, bucket: str, kind: Kind, body: bytes) -> None:
        row = (bucket, kind.query, body)
        with self._store.every_lock():  # or a bucket that is deleted meanwhile would leave it
            self._store.require_bucket(bucket)
            self._db.execute("INSERT OR REPLACE INTO settings VALUES (?, ?, ?)", row)
            self.forget(bucket)

    def delete(self, bucket: str, kind: Kind) -> None:
        """Encryption falls back to its default; nothing else does."""
        self._store.require_bucket(bucket)
        if kind.query == "encryption":
            self._db.execute(
                "DELETE FROM settings WHERE bucket = ? AND kind = ?", (bucket, kind.query)
            )
            self.forget(bucket)
        else:
            self.put(bucket, kind, b"")


def kind_of(query: str) -> Kind:
    """The kind with that word of the query."""
    return next(kind for kind in KINDS if kind.query == query)


def _default(kind: Kind) -> bytes:
    if not kind.default:
        return b""
    namespace = "http://s3.amazonaws.com/doc/2006-03-01/"
    return f'<{kind.root} xmlns="{namespace}">{kind.default}</{kind.root}>'.encode()
