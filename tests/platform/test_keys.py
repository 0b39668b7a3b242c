"""The key ring (P-016, A27)."""

import base64
import os
from pathlib import Path

import pytest
from cryptography.exceptions import InvalidTag
from flask import Flask

from hoshou.platform.keys import KeyRing, load_keys
from tests.platform.children import finish, start

OLD, NEW = b"o" * 32, b"n" * 32


def app_with(data_dir: Path, *masters: bytes) -> Flask:
    app = Flask("keys")
    app.config.update(
        DATA_DIR=data_dir, MASTER_KEY=",".join(base64.urlsafe_b64encode(key).decode() for key in masters)
    )
    return app


@pytest.mark.req("P-016")
def test_a_sealed_value_opens_only_for_its_purpose_and_owner() -> None:
    keys = KeyRing(OLD)
    sealed = keys.seal("account", b"1234567", "member/1")
    assert keys.open("account", sealed, "member/1") == b"1234567"
    assert b"1234567" not in sealed
    assert sealed != keys.seal("account", b"1234567", "member/1")
    for purpose, owner in [("other", "member/1"), ("account", "member/2")]:
        with pytest.raises(InvalidTag):
            keys.open(purpose, sealed, owner)


@pytest.mark.req("P-016")
@pytest.mark.parametrize("length", [0, 5, 27])
def test_a_cut_value_is_refused_like_an_altered_one(length: int) -> None:
    keys = KeyRing(OLD)
    with pytest.raises(InvalidTag):
        keys.open("account", keys.seal("account", b"", "x")[:length], "x")


@pytest.mark.req("A27")
def test_a_retired_key_opens_but_no_longer_seals() -> None:
    sealed = KeyRing(OLD).seal("account", b"1234567", "x")
    ring = KeyRing(NEW, [OLD])
    assert ring.open("account", sealed, "x") == b"1234567"
    assert ring.key_id == KeyRing(NEW).key_id != KeyRing(OLD).key_id
    assert KeyRing(NEW).open("account", ring.seal("account", b"1", "x"), "x") == b"1"
    with pytest.raises(InvalidTag):
        KeyRing(NEW).open("account", sealed, "x")


def test_a_short_master_key_is_refused() -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        KeyRing(b"short")


@pytest.mark.req("A27")
def test_the_setting_may_name_retired_keys(tmp_path: Path) -> None:
    sealed = KeyRing(OLD).seal("account", b"1", "x")
    ring = load_keys(app_with(tmp_path, NEW, OLD))
    assert (ring.open("account", sealed, "x"), ring.key_id) == (b"1", KeyRing(NEW).key_id)
    assert list(tmp_path.iterdir()) == []


def test_without_a_setting_one_key_file_is_made_for_its_owner_alone(tmp_path: Path) -> None:
    first = load_keys(app_with(tmp_path))
    [path] = (tmp_path / "keys").iterdir()
    assert path.stat().st_mode & 0o077 == 0
    assert load_keys(app_with(tmp_path)).key_id == first.key_id


def _first_start(data_dir: Path) -> None:
    (data_dir / f"seen-{os.getpid()}").write_text(load_keys(app_with(data_dir)).key_id)


def test_of_several_first_starts_at_once_one_key_wins(tmp_path: Path) -> None:
    finish([start(_first_start, tmp_path) for _ in range(8)])
    assert len({path.read_text() for path in tmp_path.glob("seen-*")}) == 1
    assert [path.name for path in (tmp_path / "keys").iterdir()] == ["master.key"]
