"""What the operations work on."""

from dataclasses import dataclass

from local_aws.context import Platform
from local_aws.services.s3.access.rules import BucketRules
from local_aws.services.s3.model import S3Store
from local_aws.services.s3.notifications.listener import Listener
from local_aws.services.s3.notifications.outbox import Outbox
from local_aws.services.s3.settings import Settings
from local_aws.services.s3.store.uploads import Uploads


@dataclass(frozen=True)
class Backend:
    store: S3Store
    uploads: Uploads
    settings: Settings
    outbox: Outbox
    platform: Platform
    rules: BucketRules

    @classmethod
    def of(cls, platform: Platform) -> "Backend":
        store = platform.s3
        settings, outbox = Settings(store), Outbox(platform, store.db)
        store.listener = Listener(platform, store, settings, outbox)
        rules = BucketRules(settings)
        return cls(store, Uploads(store), settings, outbox, platform, rules)

    @property
    def account_id(self) -> str:
        return self.platform.account_id

    @property
    def owner(self) -> list[tuple[str, str]]:
        """One account owns everything; canonical ids are 64 hexadecimal digits."""
        return [("ID", self.account_id.zfill(64))]
