"""The `users` command: staff accounts by the terminal."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict

import click
from flask import Flask
from sqlalchemy.orm import Session

from hoshou.base.errors import DomainError
from hoshou.base.terminal import REFUSED, error_document
from hoshou.platform.actor import Actor, ActorKind
from hoshou.platform.context import platform
from hoshou.platform.db import db, transact
from hoshou.platform.site.errors import words
from hoshou.platform.subject import Role
from hoshou.plugins.organisations.services import accounts
from hoshou.plugins.organisations.services.accounts import NewAccount

TERMINAL = Actor(ActorKind.SYSTEM, "hoshou users")

as_json_option = click.option("--json", "as_json", is_flag=True, help="JSONで出力")


@contextmanager
def _refusals_told(app: Flask, as_json: bool) -> Iterator[None]:
    with app.app_context():
        try:
            yield
        except DomainError as error:
            if as_json:
                click.echo(json.dumps(error_document(error), ensure_ascii=False))
            else:
                click.echo(words(error), err=True)
            raise SystemExit(REFUSED) from error


@click.group("users")
def users() -> None:
    """スタッフの利用者"""


@users.command("create")
@click.argument("name")
@click.option("--role", required=True, type=click.Choice([role.value for role in Role]), help="ロール")
@click.option("--email", required=True, help="メールアドレス")
@click.option("--insurer", metavar="CODE", help="所属する保険会社のコード")
@click.option("--agency", metavar="NAME", help="所属する代理店の名称")
@click.option("--last-name", help="姓（省略時はユーザー名）")
@click.option("--first-name", default="", help="名")
@as_json_option
@click.pass_obj
def create(
    make_app: Callable[[], Flask],
    name: str,
    role: str,
    email: str,
    insurer: str | None,
    agency: str | None,
    last_name: str | None,
    first_name: str,
    as_json: bool,
) -> None:
    """利用者を登録する。パスワードは端末で尋ねる。"""
    password: str = click.prompt("パスワード", hide_input=True, confirmation_prompt="パスワード（確認）", err=True)
    app = make_app()
    with _refusals_told(app, as_json):
        clock = platform().clock

        def work(session: Session) -> int:
            account = NewAccount(
                username=name,
                role=Role(role),
                email=email,
                last_name=last_name or name,
                first_name=first_name,
                insurer_id=accounts.insurer_with_code(session, insurer).id if insurer else None,
                agency_id=accounts.agency_called(session, agency).id if agency else None,
            )
            return int(accounts.create_account(session, clock, TERMINAL, account, password).id)

        user_id = transact(work)
        if as_json:
            click.echo(json.dumps({"id": user_id, "username": name}))
        else:
            click.echo(f"利用者「{name}」を登録しました。")


@users.command("list")
@as_json_option
@click.pass_obj
def list_users(make_app: Callable[[], Flask], as_json: bool) -> None:
    """利用者の一覧"""
    with make_app().app_context():
        lines = accounts.list_accounts(db.session())
    if as_json:
        click.echo(json.dumps([asdict(line) for line in lines], ensure_ascii=False))
        return
    for line in lines:
        state = "" if line.active else "（停止中）"
        click.echo("\t".join((line.username + state, ",".join(line.roles), line.home, line.name, line.email)))


@users.command("deactivate")
@click.argument("name")
@as_json_option
@click.pass_obj
def deactivate(make_app: Callable[[], Flask], name: str, as_json: bool) -> None:
    """利用者を停止し、ログイン中のセッションとトークンを終わらせる"""
    with _refusals_told(make_app(), as_json):
        clock = platform().clock
        transact(lambda session: accounts.deactivate_account(session, clock, TERMINAL, name))
        if as_json:
            click.echo(json.dumps({"username": name, "active": False}))
        else:
            click.echo(f"利用者「{name}」を停止しました。")
