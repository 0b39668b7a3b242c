"""Shelves of both kinds, and a bucket behind a proxy."""

import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
import botocore.session
import pytest

from hoshou.platform.files import s3
from hoshou.platform.files.disk import DiskShelf
from hoshou.platform.files.s3 import Bucket, S3Shelf
from hoshou.platform.files.shelf import Shelf
from tests.platform.files.bucket_server import FaultProxy, bucket_server

PREFIX = "hoshou/files"
CREDENTIALS = {
    "AWS_ACCESS_KEY_ID": "test",
    "AWS_SECRET_ACCESS_KEY": "test",
    "AWS_CONFIG_FILE": "/dev/null",
    "AWS_SHARED_CREDENTIALS_FILE": "/dev/null",
}


@pytest.fixture(autouse=True, scope="session")
def models_read_once() -> Iterator[None]:
    """Each client would read the description of S3 anew: most of what it takes to make one."""
    real, loader = botocore.session.create_loader, botocore.session.create_loader()
    botocore.session.create_loader = lambda _path=None: loader
    yield
    botocore.session.create_loader = real


@pytest.fixture(scope="session")
def server_port() -> Iterator[int]:
    with bucket_server() as port:
        yield port


@dataclass
class BucketGround:
    """An empty bucket: what the product is told of it, the proxy on its way there, and a way past that."""

    place: Bucket
    proxy: FaultProxy
    direct: Any

    @property
    def settings(self) -> dict[str, str]:
        """The settings of an application that keeps its files here."""
        place = self.place
        return {"S3_BUCKET": place.name, "S3_PREFIX": place.prefix, "S3_ENDPOINT": place.endpoint}

    def objects(self) -> dict[str, bytes]:
        """Everything in the bucket."""
        listed = self.direct.list_objects_v2(Bucket=self.place.name).get("Contents", ())
        return {item["Key"]: self._content(item["Key"]) for item in listed}

    def _content(self, name: str) -> bytes:
        content: bytes = self.direct.get_object(Bucket=self.place.name, Key=name)["Body"].read()
        return content

    def begin_parts(self, name: str) -> None:
        """Leave an upload in parts unfinished, as other tools do."""
        self.direct.create_multipart_upload(Bucket=self.place.name, Key=name)

    def parts(self) -> list[str]:
        """The names of uploads in parts that nobody has finished."""
        found = self.direct.list_multipart_uploads(Bucket=self.place.name).get("Uploads", ())
        return [item["Key"] for item in found]


@pytest.fixture(scope="session")
def direct(server_port: int) -> Iterator[Any]:
    """A client that goes past all faults."""
    keys = {"aws_access_key_id": "test", "aws_secret_access_key": "test", "region_name": "us-east-1"}
    client = boto3.session.Session().client("s3", endpoint_url=f"http://127.0.0.1:{server_port}", **keys)
    yield client
    client.close()


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Answers are waited for a moment only."""
    monkeypatch.setattr(s3, "ANSWER_SECONDS", 0.4)


@pytest.fixture
def bucket(server_port: int, direct: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[BucketGround]:
    """An empty bucket of the test's own."""
    for name, value in CREDENTIALS.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(s3, "PAUSES", (0, 0.01, 0.01))
    proxy = FaultProxy(server_port)
    name = f"test-{secrets.token_hex(8)}"
    direct.create_bucket(Bucket=name)
    yield BucketGround(Bucket(name, PREFIX, proxy.address, "us-east-1"), proxy, direct)
    proxy.close()


@pytest.fixture(params=["disk", "s3"])
def shelf(request: pytest.FixtureRequest, tmp_path: Path) -> Shelf:
    """Once a folder, once a bucket."""
    if request.param == "disk":
        return DiskShelf(tmp_path / "shelf")
    return S3Shelf(request.getfixturevalue("bucket").place)
