"""What is configured of a bucket, kept as the client sent it.

Each kind has a code for "never set", and some have the value that AWS gives a new bucket.
"""

from dataclasses import dataclass

from local_aws.services.s3.errors import NoSuchConfiguration
from local_aws.services.s3.model import S3Store


@dataclass(frozen=True)
class Kind:
    """`root` is the document's element, empty for a policy, which is JSON."""

    query: str
    operation: str
    root: str
    missing_code: str
    missing_message: str
    default: str = ""


# New buckets encrypt with S3's keys, have ACLs disabled and public access blocked.
# https://docs.aws.amazon.com/AmazonS3/latest/userguide/create-bucket-faq.html
ENCRYPTION = (
    "<Rule><ApplyServerSideEncryptionByDefault><SSEAlgorithm>AES256</SSEAlgorithm>"
    "</ApplyServerSideEncryptionByDefault><BucketKeyEnabled>false</BucketKeyEnabled></Rule>"
)
OWNERSHIP = "<Rule><ObjectOwnership>BucketOwnerEnforced</ObjectOwnership></Rule>"
PUBLIC_ACCESS = "".join(
    f"<{name}>true</{name}>"
    for name in (
        "BlockPublicAcls",
        "IgnorePublicAcls",
        "BlockPublicPolicy",
        "RestrictPublicBuckets",
    )
)

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
    ),
)


class Settings:
    def __init__(self, store: S3Store) -> None:
        self._store = store
        self._db = store.db

    @property
    def version(self) -> object:
        """Another one after each change, so that what was read of settings can be kept."""
        return self._store.settings_version

    def get(self, bucket: str, kind: Kind) -> bytes:
        """The document; an empty one was deleted, which is not the same as never set."""
        self._store.require_bucket(bucket)
        row = self._db.one(
            "SELECT body FROM settings WHERE bucket = ? AND kind = ?", (bucket, kind.query)
        )
        body = bytes(row["body"]) if row else _default(kind)
        if not body:
            raise NoSuchConfiguration(kind.missing_code, kind.missing_message, bucket)
        return body

    def put(self, bucket: str, kind: Kind, body: bytes) -> None:
        self._store.require_bucket(bucket)
        self._db.execute(
            "INSERT OR REPLACE INTO settings VALUES (?, ?, ?)", (bucket, kind.query, body)
        )
        self._store.settings_version = object()

    def delete(self, bucket: str, kind: Kind) -> None:
        """Encryption falls back to its default; nothing else does."""
        self._store.require_bucket(bucket)
        if kind.query == "encryption":
            self._db.execute(
                "DELETE FROM settings WHERE bucket = ? AND kind = ?", (bucket, kind.query)
            )
            self._store.settings_version = object()
        else:
            self.put(bucket, kind, b"")


def _default(kind: Kind) -> bytes:
    if not kind.default:
        return b""
    namespace = "http://s3.amazonaws.com/doc/2006-03-01/"
    return f'<{kind.root} xmlns="{namespace}">{kind.default}</{kind.root}>'.encode()
