"""Multipart uploads without HTTP: what many clients do at once."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from local_aws.services.s3.errors import NoSuchUpload
from local_aws.services.s3.model import S3Store
from local_aws.services.s3.store.objects import Attributes
from local_aws.services.s3.store.uploads import PartClaim, Uploads


def upload_one(uploads: Uploads, key: str) -> str:
    upload = uploads.create("lake", key, Attributes(), "", "")
    incoming = uploads.store.incoming()
    incoming.write(key.encode())
    part = uploads.add_part(upload, 1, incoming, {})
    return uploads.complete(upload, [PartClaim(1, part.etag, {})], "", None).etag


def test_uploads_at_once_do_not_wait_for_each_other(store: S3Store) -> None:
    uploads = Uploads(store)
    names = [f"k/{number}" for number in range(200)]
    with ThreadPoolExecutor(8) as pool:
        etags = list(pool.map(lambda name: upload_one(uploads, name), names, timeout=60))
    assert len(set(etags)) == len(names)
    assert [info.key for info in store.list("lake")] == sorted(names)
    assert all(store.read("lake", name) == name.encode() for name in names)
    assert [path.name for path in store.bucket_path("lake").iterdir()] == ["k"]


def test_two_who_complete_an_upload_at_once_get_the_same_object(store: S3Store) -> None:
    uploads = Uploads(store)
    upload = uploads.create("lake", "a", Attributes(), "", "")  # both hold what was still open
    incoming = store.incoming()
    incoming.write(b"x")
    claims = [PartClaim(1, uploads.add_part(upload, 1, incoming, {}).etag, {})]
    made = [uploads.complete(upload, claims, "", None) for _ in range(2)]
    assert made[0].etag == made[1].etag
    uploads.abort(other := uploads.create("lake", "a", Attributes(), "", ""))
    with pytest.raises(NoSuchUpload):
        uploads.complete(other, claims, "", None)


def test_a_bucket_is_not_deleted_under_a_part(
    store: S3Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    uploads = Uploads(store)
    upload = uploads.create("lake", "a", Attributes(), "", "")
    deleter = threading.Thread(target=store.delete_bucket, args=("lake",))

    def meanwhile(_upload: str, _number: int) -> None:
        deleter.start()
        deleter.join(0.5)

    monkeypatch.setattr(uploads, "_part", meanwhile)
    incoming = store.incoming()
    incoming.write(b"x")
    uploads.add_part(upload, 1, incoming, {})
    deleter.join()
    assert not store.bucket_exists("lake")
    assert store.db.all("SELECT * FROM parts") == []
    assert not (store.root / "lake").exists()
