"""Sealed contents in a bucket of any server that speaks S3: one object each, written whole (F15)."""

import base64
import hashlib
import logging
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

from boto3.session import Session
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from botocore.parsers import ResponseParserError

from hoshou.platform.files.shelf import STORAGE_KEY, checked

CONNECT_SECONDS = 3.0
ANSWER_SECONDS = 10.0
ATTEMPTS = 3
"""How often a request is made in all, and a content whose bytes broke off is asked for."""

PAUSES = (0.0, 0.3, 1.0)
"""Seconds before each look whether what was just laid is there."""

MISSING = {"404", "NoSuchKey", "NoSuchUpload"}

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Bucket:
    """Where objects lie. Without an ``endpoint`` on AWS; a ``prefix`` stands before every object's name."""

    name: str
    prefix: str = ""
    endpoint: str = ""
    region: str = ""


class S3Shelf:
    """A bucket, or what lies in it under a prefix, of this installation alone."""

    def __init__(self, bucket: Bucket) -> None:
        """Makes no request."""
        self._bucket = bucket.name
        self._prefix = f"{bucket.prefix.strip('/')}/" if bucket.prefix.strip("/") else ""
        self._client: Any = Session().client(
            "s3",
            endpoint_url=bucket.endpoint or None,
            region_name=bucket.region or None,
            config=Config(
                connect_timeout=CONNECT_SECONDS,
                read_timeout=ANSWER_SECONDS,
                retries={"mode": "standard", "total_max_attempts": ATTEMPTS},
                # Hosts of other servers seldom answer to a name for each bucket, and their checksums are fewer.
                s3={"addressing_style": "path" if bucket.endpoint else "auto"},
                request_checksum_calculation="when_required",
                response_checksum_validation="when_required",
            ),
        )

    def lay(self, storage_key: str, sealed: bytes) -> None:
        """One PUT, so nobody ever sees a part. The answer must name these bytes, and the object must be there.

        A PUT without an answer may have come through: made again it changes nothing, given up it is an orphan.
        """
        place = self._place(storage_key)
        md5 = hashlib.md5(sealed, usedforsecurity=False)
        sha256 = base64.b64encode(hashlib.sha256(sealed).digest()).decode()
        with _failures_told("put", storage_key):
            answer = self._client.put_object(
                **place, Body=sealed, ContentMD5=base64.b64encode(md5.digest()).decode(), ChecksumSHA256=sha256
            )
        if not _names(answer, md5.hexdigest(), sha256) or not self._appears(storage_key, len(sealed)):
            log.error("S3 did not keep %s as it was put", storage_key)
            with suppress(OSError):
                self.remove(storage_key)
            raise OSError(f"S3 did not keep {storage_key}")

    def _appears(self, storage_key: str, size: int) -> bool:
        for pause in PAUSES:
            time.sleep(pause)
            if self._size(storage_key) == size:
                return True
        return False

    def fetch(self, storage_key: str) -> bytes:
        place = self._place(storage_key)
        with _failures_told("get", storage_key):
            for _ in range(ATTEMPTS):
                body = self._client.get_object(**place)["Body"]
                # The client makes requests again by itself, but not where the bytes of an answer broke off.
                with suppress(BotoCoreError):
                    content: bytes = body.read()
                    return content
        log.error("S3 broke off %s again and again", storage_key)
        raise OSError(f"S3 broke off {storage_key}")

    def remove(self, storage_key: str) -> None:
        with _failures_told("delete", storage_key):
            self._client.delete_object(**self._place(storage_key))

    def holds(self, storage_key: str) -> bool:
        return self._size(storage_key) is not None

    def _size(self, storage_key: str) -> int | None:
        """The object's bytes; None where there is none."""
        try:
            with _failures_told("head", storage_key):
                size: int = self._client.head_object(**self._place(storage_key))["ContentLength"]
                return size
        except FileNotFoundError:
            return None

    def keys(self, older_than: float = 0) -> Iterator[str]:
        for page in self._pages("list_objects_v2", Delimiter="/"):
            for item in page.get("Contents", ()):
                name = item["Key"].removeprefix(self._prefix)
                if STORAGE_KEY.fullmatch(name) and _is_older(item["LastModified"], older_than, page):
                    yield name

    def clear_leftovers(self, older_than: float, *, dry_run: bool) -> int:
        """Abort uploads in parts. None are made here, but what others' tools leave costs space that no list shows."""
        count = 0
        for page in self._pages("list_multipart_uploads"):
            for item in page.get("Uploads", ()):
                if _is_older(item["Initiated"], older_than, page):
                    count += 1
                    if not dry_run:
                        self._abort(item["Key"], item["UploadId"])
        return count

    def _abort(self, name: str, upload_id: str) -> None:
        with suppress(FileNotFoundError), _failures_told("abort", name):
            self._client.abort_multipart_upload(Bucket=self._bucket, Key=name, UploadId=upload_id)

    def _pages(self, question: str, **options: str) -> Iterator[Mapping[str, Any]]:
        pages = self._client.get_paginator(question).paginate(Bucket=self._bucket, Prefix=self._prefix, **options)
        with _failures_told(question, self._bucket):
            yield from pages

    def _place(self, storage_key: str) -> dict[str, str]:
        return {"Bucket": self._bucket, "Key": self._prefix + checked(storage_key)}


@contextmanager
def _failures_told(deed: str, name: str) -> Iterator[None]:
    try:
        yield
    except ClientError as error:
        if error.response["Error"]["Code"] in MISSING:
            raise FileNotFoundError(name) from error
        log.error("S3 refused to %s %s: %s", deed, name, error)
        raise OSError(str(error)) from error
    except (BotoCoreError, ResponseParserError) as error:
        log.error("S3 did not %s %s: %s", deed, name, error)
        raise OSError(str(error)) from error


def _names(answer: Mapping[str, Any], md5: str, sha256: str) -> bool:
    """Whether the answer names the bytes that were sent. Under a key of the server's own its ETag is no MD5."""
    is_sealed_there = answer.get("ServerSideEncryption", "").startswith("aws:kms")
    is_right = is_sealed_there or answer.get("ETag", "").strip('"') == md5
    return is_right and bool(answer.get("ChecksumSHA256", sha256) == sha256)


def _is_older(at: datetime, seconds: float, answer: Mapping[str, Any]) -> bool:
    """Whether that was longer ago than so many seconds when the server gave the answer; always for 0."""
    if not seconds:
        return True
    answered = parsedate_to_datetime(answer["ResponseMetadata"]["HTTPHeaders"]["date"])
    limit: datetime = answered - timedelta(seconds=seconds)
    return at < limit
