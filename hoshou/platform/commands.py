"""Terminal faces of the platform: database, access, audit log, calendar."""

import json
from collections.abc import Callable
from pathlib import Path

import click
from flask import Flask

from hoshou.base.errors import Refused
from hoshou.base.errors import noop_gettext as N_
from hoshou.platform import access as access_sync
from hoshou.platform import audit, migrations
from hoshou.platform.audit import AuditHead
from hoshou.platform.calendar import seed_calendar
from hoshou.platform.context import platform
from hoshou.platform.db import db, transact
from hoshou.platform.staff.builder import staff_builder
from hoshou.platform.terminal import errors_told, tell, tell_json

MakeApp = Callable[[], Flask]
"""Handed down by the command line: building an application is slow and not every command needs one."""


@click.group("db")
def database() -> None:
    """データベース"""


@database.command("upgrade")
@click.option("--json", "as_json", is_flag=True, help="JSONで出力")
@click.pass_obj
def upgrade(make_app: MakeApp, as_json: bool) -> None:
    """データベースを最新の構造にする"""
    with errors_told(as_json), make_app().app_context():
        tell({"revision": migrations.upgrade()}, as_json)


@database.command("revision")
@click.argument("revision")
@click.argument("message")
@click.pass_obj
def revision(make_app: MakeApp, revision: str, message: str) -> None:
    """(開発用) テーブル定義との差分からマイグレーションを書く"""
    with make_app().app_context():
        migrations.write_revision(revision, message)


@click.group("access")
def access() -> None:
    """ロールと権限"""


@access.command("sync")
@click.option("--json", "as_json", is_flag=True, help="JSONで出力")
@click.pass_obj
def sync(make_app: MakeApp, as_json: bool) -> None:
    """プラグインが宣言したとおりにロールと権限を書き込む"""
    with errors_told(as_json), make_app().app_context():
        result = transact(lambda session: access_sync.sync(session, staff_builder().contributions))
        tell(vars(result), as_json)


@click.group("audit")
def audit_log() -> None:
    """監査ログ"""


@audit_log.command("verify")
@click.option("--head", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="書き出した先頭の記録")
@click.option("--json", "as_json", is_flag=True, help="JSONで出力")
@click.pass_context
def verify(ctx: click.Context, head: Path | None, as_json: bool) -> None:
    """監査ログの連鎖を検査する"""
    with errors_told(as_json), ctx.obj().app_context():
        exported = _exported_head(head) if head else None
        problems = audit.verify(db.session(), audit.audit_key(), exported)
        newest = audit.read_head(db.session())
    document = {
        "whole": not problems,
        "entries": newest.id if newest else 0,
        "problems": [vars(problem) for problem in problems],
    }
    if problems:
        document["error"] = {"code": "audit_broken", "message": "監査ログが改変されています。"}
    tell(document, as_json)
    ctx.exit(1 if problems else 0)


@audit_log.command("head")
@click.pass_obj
def head(make_app: MakeApp) -> None:
    """最新の記録の番号と要約を書き出す（別の場所に保管する）"""
    with errors_told(as_json=False), make_app().app_context():
        newest = audit.read_head(db.session())
    tell_json(vars(newest) if newest else {"id": 0, "digest": audit.GENESIS})


def _exported_head(path: Path) -> AuditHead:
    """Raises Refused for a file that ``hoshou audit head`` didn't write."""
    try:
        return AuditHead(**json.loads(path.read_bytes()))
    except (ValueError, TypeError) as error:
        message = N_("「%(name)s」は「hoshou audit head」で書き出した記録ではありません。")
        raise Refused("not_a_head", message, field="head", name=path.name) from error


@click.group("calendar")
def calendar() -> None:
    """営業日カレンダー"""


@calendar.command("seed")
@click.option("--json", "as_json", is_flag=True, help="JSONで出力")
@click.pass_obj
def seed(make_app: MakeApp, as_json: bool) -> None:
    """祝日をまだ登録されていない年について登録する"""
    with errors_told(as_json), make_app().app_context():
        year = platform().clock.today().year
        tell({"years_added": transact(lambda session: seed_calendar(session, year - 1))}, as_json)
