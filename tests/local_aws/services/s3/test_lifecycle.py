"""Lifecycle rules carried out, on a clock of the test's own; and what answers say of them."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any

import pytest

from local_aws.context import Credentials, Platform
from local_aws.services.s3.backend import Backend
from local_aws.services.s3.lifecycle import rules
from local_aws.services.s3.lifecycle.sweep import Sweeper
from local_aws.services.s3.model import S3Store
from local_aws.services.s3.notifications.listener import act_for
from local_aws.services.s3.settings import NOTIFICATION, kind_of
from local_aws.services.s3.store.objects import Attributes
from tests.conftest import start_server

DAY = timedelta(days=1)


@dataclass
class Lake:
    """A bucket whose days pass as the test says: its first is today."""

    backend: Backend
    now: datetime

    def __post_init__(self) -> None:
        self.start = self.now
        self.sweeper = Sweeper(self.backend, lambda: self.now)

    def rule(self, actions: str, where: str = "<Filter/>") -> None:
        body = (
            "<LifecycleConfiguration><Rule><ID>r</ID><Status>Enabled</Status>"
            f"{where}{actions}</Rule></LifecycleConfiguration>"
        )
        self.backend.settings.put("lake", kind_of("lifecycle"), rules.checked(body.encode()))

    def after(self, days: int) -> list[str]:
        """What is left at the midnight that ends so many whole days."""
        midnight = self.start.replace(hour=0, minute=0, second=0, microsecond=0)
        self.now = midnight + DAY * days
        self.sweeper.sweep()
        return [info.key for info in self.backend.store.list("lake")]

    def versions(self) -> list[tuple[str, bool]]:
        return [(info.key, info.is_marker) for info in self.backend.store.versions("lake")]

    def put(self, key: str, size: int = 1, tags: dict[str, str] | None = None) -> str:
        incoming = self.backend.store.incoming()
        incoming.write(b"x" * size)
        attributes = Attributes(tags=tags or {})
        return self.backend.store.commit(incoming, "lake", key, attributes).version

    def storage_class(self, key: str) -> str:
        info = self.backend.store.stat("lake", key)
        assert info
        return info.attributes.headers.get("x-amz-storage-class", "STANDARD")


@pytest.fixture
def lake(tmp_path: Path) -> Any:
    platform = Platform(tmp_path, 0, Credentials("key", "secret"))
    platform.s3 = S3Store(platform)
    backend = Backend.of(platform)
    backend.store.create_bucket("lake")
    yield Lake(backend, datetime.now(UTC))
    act_for("")  # this thread is no sweeper any more


def test_days_are_rounded_up_to_midnight() -> None:
    # The example of AWS's guide.
    written = datetime(2014, 1, 15, 10, 30, tzinfo=UTC)
    assert rules.after_days(written, 3) == datetime(2014, 1, 19, tzinfo=UTC)
    assert rules.after_days(written, 2**31).year > 5000


def test_expiration_after_days(lake: Lake) -> None:
    lake.put("a")
    (lake.backend.store.root / "lake/engine.csv").write_text("1")
    lake.rule("<Expiration><Days>3</Days></Expiration>")
    assert lake.after(3) == ["a", "engine.csv"]
    assert lake.after(4) == []
    assert not (lake.backend.store.root / "lake/engine.csv").exists()


def test_expiration_at_a_date(lake: Lake) -> None:
    lake.put("a")
    date = datetime.now(UTC).date() + DAY * 5
    lake.rule(f"<Expiration><Date>{date}T00:00:00Z</Date></Expiration>")
    assert lake.after(4) == ["a"]
    assert lake.after(5) == []


def test_a_rule_that_is_switched_off(lake: Lake) -> None:
    lake.put("a")
    body = (
        b"<LifecycleConfiguration><Rule><ID>r</ID><Status>Disabled</Status><Filter/>"
        b"<Expiration><Days>1</Days></Expiration></Rule></LifecycleConfiguration>"
    )
    lake.backend.settings.put("lake", kind_of("lifecycle"), rules.checked(body))
    assert lake.after(1000) == ["a"]


@pytest.mark.parametrize(
    ("where", "left"),
    [
        ("<Prefix>x/</Prefix>", ["big", "tagged"]),
        ("<Filter><Prefix>x/</Prefix></Filter>", ["big", "tagged"]),
        ("<Filter><Tag><Key>a</Key><Value>b</Value></Tag></Filter>", ["big", "x/1"]),
        ("<Filter><ObjectSizeGreaterThan>1</ObjectSizeGreaterThan></Filter>", ["tagged", "x/1"]),
        ("<Filter><ObjectSizeLessThan>2</ObjectSizeLessThan></Filter>", ["big"]),
        (
            "<Filter><And><Prefix>x</Prefix><Tag><Key>a</Key><Value>b</Value></Tag></And></Filter>",
            ["big", "tagged", "x/1"],
        ),
    ],
)
def test_filters(lake: Lake, where: str, left: list[str]) -> None:
    lake.put("x/1")
    lake.put("tagged", tags={"a": "b", "c": "d"})
    lake.put("big", size=100)
    lake.rule("<Expiration><Days>1</Days></Expiration>", where)
    assert lake.after(2) == left


def test_a_versioned_bucket_gets_a_delete_marker(lake: Lake) -> None:
    lake.backend.store.set_versioning("lake", "Enabled")
    lake.put("a")
    lake.rule("<Expiration><Days>1</Days></Expiration>")
    assert lake.after(2) == []
    assert lake.versions() == [("a", True), ("a", False)]


def test_noncurrent_versions(lake: Lake) -> None:
    lake.backend.store.set_versioning("lake", "Enabled")
    kept = [lake.put("a") for _ in range(5)]
    lake.rule(
        "<NoncurrentVersionExpiration><NoncurrentDays>2</NoncurrentDays>"
        "<NewerNoncurrentVersions>2</NewerNoncurrentVersions></NoncurrentVersionExpiration>"
    )
    lake.after(2)
    assert len(lake.versions()) == 5
    lake.after(3)
    left = [info.version for info in lake.backend.store.versions("lake")]
    assert left == kept[:-4:-1]


def test_markers_with_nothing_behind_them(lake: Lake) -> None:
    store = lake.backend.store
    store.set_versioning("lake", "Enabled")
    lake.put("a")
    lake.put("b")
    gone = lake.put("c")
    for key in "bc":
        store.delete("lake", key)
    store.delete("lake", "c", version=gone)
    assert lake.versions() == [("a", False), ("b", True), ("b", False), ("c", True)]
    marker = "<ExpiredObjectDeleteMarker>true</ExpiredObjectDeleteMarker>"
    lake.rule(f"<Expiration>{marker}</Expiration>")
    lake.after(0)
    assert lake.versions() == [("a", False), ("b", True), ("b", False)]


def test_uploads_that_nobody_completes(lake: Lake) -> None:
    uploads = lake.backend.uploads
    for key in ("x/a", "y/a"):
        uploads.create("lake", key, Attributes(), "", "")
    lake.rule(
        "<AbortIncompleteMultipartUpload><DaysAfterInitiation>2</DaysAfterInitiation>"
        "</AbortIncompleteMultipartUpload>",
        "<Filter><Prefix>x/</Prefix></Filter>",
    )
    lake.after(2)
    assert len(uploads.list("lake", "", "", "")) == 2
    lake.after(3)
    assert [upload.key for upload in uploads.list("lake", "", "", "")] == ["y/a"]


def transition(days: int, name: str) -> str:
    return f"<Transition><Days>{days}</Days><StorageClass>{name}</StorageClass></Transition>"


def test_transitions(lake: Lake) -> None:
    lake.put("big", size=128 << 10)
    lake.put("small", size=(128 << 10) - 1)
    before = lake.backend.store.stat("lake", "big")
    assert before
    lake.rule(
        transition(30, "STANDARD_IA") + transition(60, "GLACIER_IR"),
    )
    lake.after(30)
    assert lake.storage_class("big") == "STANDARD"
    lake.after(31)
    assert lake.storage_class("big") == "STANDARD_IA"
    lake.after(61)
    assert lake.storage_class("big") == "GLACIER_IR"
    assert lake.storage_class("small") == "STANDARD"
    after = lake.backend.store.stat("lake", "big")
    assert after
    assert (after.last_modified, after.etag) == (before.last_modified, before.etag)
    lake.rule(transition(30, "STANDARD_IA"))
    lake.after(100)
    assert lake.storage_class("big") == "GLACIER_IR"


def test_a_key_that_is_written_meanwhile_stays(lake: Lake, monkeypatch: pytest.MonkeyPatch) -> None:
    lake.put("a")
    lake.rule("<Expiration><Days>1</Days></Expiration>")
    store = lake.backend.store
    plain: Callable[..., Any] = store.delete

    def late(*arguments: Any, **named: Any) -> Any:
        monkeypatch.setattr(store, "delete", plain)
        lake.put("a", size=2)
        return plain(*arguments, **named)

    monkeypatch.setattr(store, "delete", late)
    assert lake.after(2) == ["a"]
    assert lake.after(2) == []


def test_what_expires_is_told(lake: Lake) -> None:
    document = b"<NotificationConfiguration><EventBridgeConfiguration/></NotificationConfiguration>"
    lake.backend.settings.put("lake", NOTIFICATION, document)
    lake.put("a", size=128 << 10)
    lake.rule(transition(30, "STANDARD_IA") + "<Expiration><Days>31</Days></Expiration>")
    lake.after(31)
    lake.after(32)
    rows = lake.backend.store.db.all("SELECT event FROM outbox ORDER BY id")
    told = [json.loads(row["event"]) for row in rows]
    assert [(event["name"], event["requester"]) for event in told[1:]] == [
        ("LifecycleTransition", "s3.amazonaws.com"),
        ("LifecycleExpiration:Delete", "s3.amazonaws.com"),
    ]
    assert told[1]["storage_class"] == "STANDARD_IA"


def test_what_answers_say(s3: Any, bucket: str) -> None:
    put = {"Bucket": bucket, "Key": "x/a", "Body": b"x"}
    assert "Expiration" not in s3.put_object(**put)
    made: list[dict[str, Any]] = [
        {"ID": "ten days", "Expiration": {"Days": 10}, "Filter": {"Prefix": "x/"}},
        {"ID": "é", "Expiration": {"Days": 5}, "Filter": {"Tag": {"Key": "a", "Value": "b"}}},
        {
            "ID": "parts",
            "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 7},
            "Filter": {"Prefix": ""},
        },
    ]
    configuration = {"Rules": [rule | {"Status": "Enabled"} for rule in made]}
    s3.put_bucket_lifecycle_configuration(Bucket=bucket, LifecycleConfiguration=configuration)

    target = {"Bucket": bucket, "Key": "x/a"}
    head = s3.head_object(**target)
    date = rules.after_days(head["LastModified"], 10).strftime("%a, %d %b %Y 00:00:00 GMT")
    expected = f'expiry-date="{date}", rule-id="ten%20days"'
    assert head["Expiration"] == expected
    assert s3.get_object(**target)["Expiration"] == expected
    assert s3.put_object(**put)["Expiration"] == expected
    assert s3.put_object(**put, Tagging="a=b")["Expiration"].endswith('rule-id="%C3%A9"')
    copied = s3.copy_object(Bucket=bucket, Key="x/b", CopySource={"Bucket": bucket, "Key": "x/a"})
    assert copied["Expiration"].endswith('rule-id="%C3%A9"')
    assert "Expiration" not in s3.put_object(Bucket=bucket, Key="y", Body=b"x")

    created = s3.create_multipart_upload(Bucket=bucket, Key="x/c")
    assert created["AbortRuleId"] == "parts"
    initiated = parsedate_to_datetime(created["ResponseMetadata"]["HTTPHeaders"]["date"])
    assert created["AbortDate"] == rules.after_days(initiated, 7)


@pytest.mark.restart
def test_the_server_carries_rules_out(tmp_path: Path) -> None:
    server = start_server(tmp_path / "data", None, "--lifecycle-seconds", "0.1")
    try:
        s3 = server.client("s3")
        s3.create_bucket(Bucket="lake")
        s3.put_object(Bucket="lake", Key="old/a", Body=b"x")
        s3.put_object(Bucket="lake", Key="new/a", Body=b"x")
        past = {"Date": datetime(2020, 1, 1, tzinfo=UTC)}
        rule = {"Status": "Enabled", "Filter": {"Prefix": "old/"}, "Expiration": past}
        s3.put_bucket_lifecycle_configuration(
            Bucket="lake", LifecycleConfiguration={"Rules": [rule]}
        )
        waiter = s3.get_waiter("object_not_exists")
        waiter.wait(Bucket="lake", Key="old/a", WaiterConfig={"Delay": 1, "MaxAttempts": 60})
        s3.head_object(Bucket="lake", Key="new/a")
    finally:
        server.stop()
