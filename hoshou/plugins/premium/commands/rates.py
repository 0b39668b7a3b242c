"""``hoshou rates``."""

from collections.abc import Callable

import click
from flask import Flask
from sqlalchemy.orm import Session

from hoshou.platform.context import platform
from hoshou.platform.db import transact
from hoshou.platform.terminal import errors_told, tell_json
from hoshou.plugins.premium.services.sample import person_called, seed_sample_rates


@click.group("rates")
def rates() -> None:
    """料率表"""


@rates.command("sample")
@click.option("--drafted-by", required=True, metavar="USER", help="作成者とするユーザー名")
@click.option("--approved-by", required=True, metavar="USER", help="承認者とするユーザー名（作成者とは別の人）")
@click.option("--json", "as_json", is_flag=True, help="JSONで出力")
@click.pass_obj
def sample(make_app: Callable[[], Flask], drafted_by: str, approved_by: str, as_json: bool) -> None:
    """見本の料率表を、承認済として登録する（承認済の見本があれば何もしない）"""
    with errors_told(as_json), make_app().app_context():
        clock = platform().clock

        def work(session: Session) -> str | None:
            people = [person_called(session, name) for name in (drafted_by, approved_by)]
            table = seed_sample_rates(session, clock, *people)
            return repr(table) if table else None

        added = transact(work)
    if as_json:
        tell_json({"added": added})
    else:
        click.echo(
            f"見本の料率表「{added}」を登録しました。" if added else "見本の料率表はすでに登録されています。"
        )
