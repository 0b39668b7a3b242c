"""The `users` command: staff accounts by the terminal."""

from collections.abc import Callable
from dataclasses import asdict

import click
from flask import Flask
from sqlalchemy.orm import Session

from hoshou.platform.actor import Actor, ActorKind
from hoshou.platform.context import platform
from hoshou.platform.db import db, transact
from hoshou.platform.staff.links import IssuedLink, issue_link
from hoshou.platform.subject import Role
from hoshou.platform.terminal import errors_told, tell_json
from hoshou.plugins.organisations.services import accounts
from hoshou.plugins.organisations.services.administration import UserDetails, create_user

TERMINAL = Actor(ActorKind.SYSTEM, "hoshou users")

as_json_option = click.option("--json", "as_json", is_flag=True, help="JSONで出力")


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
@click.option("--first-name", help="名（省略時はユーザー名）")
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
    first_name: str | None,
    as_json: bool,
) -> None:
    """利用者を登録し、パスワードを設定するためのリンク（1回のみ有効）を表示する"""
    app = make_app()
    with errors_told(as_json), app.app_context():
        here = platform()

        def work(session: Session) -> IssuedLink:
            details = UserDetails(
                username=name,
                last_name=last_name or name,
                first_name=first_name or name,
                email=email,
                active=True,
                roles=[role],
                insurer_id=accounts.insurer_with_code(session, insurer).id if insurer else None,
                agency_id=accounts.agency_called(session, agency).id if agency else None,
            )
            user = create_user(session, here.clock, TERMINAL, details)
            return issue_link(session, here.clock, here.keys, user.id)

        link = transact(work)
        address = f"{app.config['PUBLIC_URL']}/staff/link/{link.token}"
        if as_json:
            document = {"username": name, "link": address, "expires_at": link.expires_at.isoformat()}
            tell_json(document)
        else:
            click.echo(f"利用者「{name}」を登録しました。次のリンクを本人が開き、パスワードを設定してください。")
            click.echo(address)
            click.echo(f"有効期限 {link.expires_at:%Y/%m/%d %H:%M}")


@users.command("list")
@as_json_option
@click.pass_obj
def list_users(make_app: Callable[[], Flask], as_json: bool) -> None:
    """利用者の一覧"""
    with make_app().app_context():
        lines = accounts.list_accounts(db.session())
    if as_json:
        tell_json([asdict(line) for line in lines])
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
    with errors_told(as_json), make_app().app_context():
        clock = platform().clock
        transact(lambda session: accounts.deactivate_account(session, clock, TERMINAL, name))
        if as_json:
            tell_json({"username": name, "active": False})
        else:
            click.echo(f"利用者「{name}」を停止しました。")
