"""Public pages for contractors and orderers: view, never download."""

from collections.abc import Iterable

from flask import Blueprint

from hoshou.base.errors import noop_gettext as N_
from hoshou.platform.hookspecs import hookimpl
from hoshou.platform.site.entrance import Audience, Entrance
from hoshou.plugins.viewer.public import viewer

NAME = "viewer"
VERSION = "1.0.0"
REQUIRES = ("bonds",)


@hookimpl
def public_blueprints() -> Iterable[Blueprint]:
    return (viewer,)


@hookimpl
def entrances() -> Iterable[Entrance]:
    return tuple(
        Entrance(audience, "viewer/entrance.html") for audience in (Audience.CONTRACTOR, Audience.ORDERER)
    )


@hookimpl
def action_labels() -> Iterable[tuple[str, str]]:
    return (
        ("viewer.entered", N_("閲覧用パスワードを入力し、閲覧を始めました")),
        ("viewer.refused", N_("誤った閲覧用パスワードが入力されました")),
        ("viewer.viewed", N_("ファイル%(file)sを閲覧しました")),
        ("viewer.download_refused", N_("閲覧だけのセッションでダウンロードしようとしたため、断りました")),
        ("viewer.told_gone", N_("削除済みであることを案内しました")),
    )
