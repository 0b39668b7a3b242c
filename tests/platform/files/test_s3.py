"""The shelf in a bucket, fault by fault (F15)."""

import logging
import time
from datetime import UTC, datetime, timedelta

import pytest
from moto.s3.models import s3_backends

from hoshou.base.errors import Unavailable
from hoshou.platform.files import s3
from hoshou.platform.files.s3 import Bucket, S3Shelf
from hoshou.platform.files.store import FileStore, StoredBlob
from hoshou.platform.keys import KeyRing
from tests.platform.files.bucket_server import SLOW_SECONDS, Fault
from tests.platform.files.conftest import PREFIX, BucketGround
from tests.refusals import refused

pytestmark = pytest.mark.req("F15")

ONE, OTHER = "1" * 32, "2" * 32
PDF = b"%PDF-1.7\n" + bytes(range(256)) * 40
A_DAY = 24 * 3600


@pytest.fixture
def shelf(bucket: BucketGround) -> S3Shelf:
    return S3Shelf(bucket.place)


@pytest.fixture
def store(shelf: S3Shelf) -> FileStore:
    return FileStore(shelf, KeyRing(b"k" * 32))


def is_readable(store: FileStore, blob: StoredBlob) -> bool:
    return store.read(blob) == PDF


@pytest.mark.parametrize("fault", [Fault.ERROR, Fault.LOST])
def test_a_fault_that_passes_is_not_noticed(bucket: BucketGround, store: FileStore, fault: Fault) -> None:
    for method in ("PUT", "HEAD", "GET", "DELETE"):
        bucket.proxy.arm(fault, method, times=1)
    blob = store.put(PDF)
    assert is_readable(store, blob)
    assert list(bucket.objects()) == [f"{PREFIX}/{blob.storage_key}"]
    store.delete(blob.storage_key)
    assert bucket.objects() == {}
    assert bucket.proxy.met == [fault] * 4


@pytest.mark.parametrize("fault", [Fault.ERROR, Fault.LOST, Fault.REFUSED])
def test_a_fault_that_stays_is_told_after_few_tries(
    bucket: BucketGround, store: FileStore, fault: Fault, caplog: pytest.LogCaptureFixture
) -> None:
    blob = store.put(PDF)
    tries = 1 if fault is Fault.REFUSED else s3.ATTEMPTS
    deeds = {
        "PUT": lambda: store.put(PDF),
        "GET": lambda: store.read(blob),
        "DELETE": lambda: store.delete(blob.storage_key),
        "HEAD": lambda: store.exists(blob.storage_key),
    }
    for method, deed in deeds.items():
        bucket.proxy.arm(fault, method)
        caplog.clear()
        with refused("storage_failed", kind=Unavailable):
            deed()
        assert bucket.proxy.asked == [method] * tries
        assert [record.levelno for record in caplog.records if record.name == s3.__name__] == [logging.ERROR]
        bucket.proxy.disarm()
    with refused("storage_failed", kind=Unavailable):
        bucket.proxy.arm(fault, "GET")
        store.storage_keys()


@pytest.mark.usefixtures("impatient")
def test_an_answer_that_comes_late_is_not_waited_for(bucket: BucketGround, store: FileStore) -> None:
    bucket.proxy.arm(Fault.SLOW, "PUT", times=1)
    blob = store.put(PDF)
    assert is_readable(store, blob)
    for method, deed in {"PUT": lambda: store.put(PDF), "GET": lambda: store.read(blob)}.items():
        bucket.proxy.arm(Fault.SLOW, method)
        began = time.monotonic()
        with refused("storage_failed", kind=Unavailable):
            deed()
        # Whoever waits for each answer waits ten seconds for the first.
        assert time.monotonic() - began < SLOW_SECONDS
        assert bucket.proxy.asked == [method] * s3.ATTEMPTS


@pytest.mark.parametrize("fault", [Fault.WRONG_ETAG, Fault.WRONG_CHECKSUM, Fault.FORGOTTEN, Fault.ALTERED])
def test_what_was_not_kept_as_it_was_put_is_not_stored(
    bucket: BucketGround, store: FileStore, fault: Fault
) -> None:
    bucket.proxy.arm(fault, "PUT", times=1)
    with refused("storage_failed", kind=Unavailable):
        store.put(PDF)
    assert bucket.objects() == {}
    assert is_readable(store, store.put(PDF))


def test_an_object_that_is_absent_after_its_put_is_looked_for_again(
    bucket: BucketGround, store: FileStore
) -> None:
    bucket.proxy.arm(Fault.ABSENT, "HEAD", times=len(s3.PAUSES) - 1)
    assert is_readable(store, store.put(PDF))
    bucket.proxy.arm(Fault.ABSENT, "HEAD", times=len(s3.PAUSES))
    with refused("storage_failed", kind=Unavailable):
        store.put(PDF)
    assert bucket.proxy.asked == ["PUT", *["HEAD"] * len(s3.PAUSES), "DELETE"]
    assert len(bucket.objects()) == 1


def test_bytes_that_break_off_are_asked_for_again(bucket: BucketGround, store: FileStore) -> None:
    blob = store.put(PDF)
    bucket.proxy.arm(Fault.TORN, "GET", times=s3.ATTEMPTS - 1)
    assert is_readable(store, blob)
    bucket.proxy.arm(Fault.TORN, "GET", times=s3.ATTEMPTS)
    with refused("storage_failed", kind=Unavailable):
        store.read(blob)


def test_a_server_that_is_not_there_is_told(store: FileStore, bucket: BucketGround) -> None:
    bucket.proxy.close()
    with refused("storage_failed", kind=Unavailable):
        store.put(PDF)


def test_a_bucket_that_is_not_there_is_no_missing_content(store: FileStore, bucket: BucketGround) -> None:
    blob = store.put(PDF)
    elsewhere = Bucket("nobodys", PREFIX, bucket.place.endpoint, bucket.place.region)
    with refused("storage_failed", kind=Unavailable):
        FileStore(S3Shelf(elsewhere), KeyRing(b"k" * 32)).read(blob)


def test_without_credentials_nothing_is_asked(bucket: BucketGround, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    with refused("storage_failed", kind=Unavailable):
        FileStore(S3Shelf(bucket.place), KeyRing(b"k" * 32)).put(PDF)
    assert bucket.proxy.asked == []


def test_an_answer_under_a_key_of_the_servers_own_has_an_etag_of_its_own() -> None:
    right = {"ETag": '"of-its-own"', "ChecksumSHA256": "sha", "ServerSideEncryption": "aws:kms"}
    assert s3._names(right, "md5", "sha")
    assert not s3._names({**right, "ChecksumSHA256": "other"}, "md5", "sha")
    assert not s3._names({**right, "ServerSideEncryption": "AES256"}, "md5", "sha")
    assert not s3._names({}, "md5", "sha")


def test_age_is_told_by_the_servers_time_alone(bucket: BucketGround, shelf: S3Shelf) -> None:
    for key in (ONE, OTHER):
        shelf.lay(key, b"x")
    assert list(shelf.keys(older_than=A_DAY)) == []
    bucket.proxy.ahead = timedelta(hours=25)
    assert list(shelf.keys(older_than=A_DAY)) == [ONE, OTHER]
    laid = s3_backends["123456789012"]["aws"].buckets[bucket.place.name].keys[f"{PREFIX}/{ONE}"]
    laid.last_modified = datetime.now(UTC).replace(tzinfo=None) + timedelta(hours=2)
    assert list(shelf.keys(older_than=A_DAY)) == [OTHER]


def test_only_what_is_the_products_own_is_listed(bucket: BucketGround, shelf: S3Shelf) -> None:
    shelf.lay(ONE, b"x")
    for name in (
        OTHER,
        f"{PREFIX}x/{OTHER}",
        f"{PREFIX}/{OTHER}/deeper",
        f"{PREFIX}/readme",
        f"{PREFIX}/x{OTHER}",
    ):
        bucket.direct.put_object(Bucket=bucket.place.name, Key=name, Body=b"x")
    assert list(shelf.keys()) == [ONE]
    whole = S3Shelf(Bucket(bucket.place.name, "", bucket.place.endpoint, bucket.place.region))
    assert list(whole.keys()) == [OTHER]


def test_a_list_goes_on_over_many_pages(
    bucket: BucketGround, shelf: S3Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MOTO_S3_DEFAULT_MAX_KEYS", "2")
    names = [f"{number:032x}" for number in range(5)]
    for name in names:
        shelf.lay(name, b"x")
    bucket.proxy.asked.clear()
    assert list(shelf.keys()) == names
    assert bucket.proxy.asked == ["GET"] * 3


def test_uploads_in_parts_that_nobody_finished_are_aborted(bucket: BucketGround, store: FileStore) -> None:
    # The server says of every such upload that it began in 2010.
    for name in (f"{PREFIX}/{ONE}", f"{PREFIX}/{OTHER}", "elsewhere"):
        bucket.begin_parts(name)
    blob = store.put(PDF)
    assert store.clear_leftovers(100 * 365 * A_DAY) == 0
    assert store.clear_leftovers(A_DAY, dry_run=True) == 2
    assert len(bucket.parts()) == 3
    assert store.clear_leftovers(A_DAY) == 2
    assert bucket.parts() == ["elsewhere"]
    assert is_readable(store, blob)
