"""``hoshou quotes``."""

from collections.abc import Callable

import click
from flask import Flask

from hoshou.base.terminal import REFUSED
from hoshou.platform.calculators import Calculators
from hoshou.platform.context import platform
from hoshou.platform.db import db
from hoshou.platform.terminal import errors_told, tell_json
from hoshou.plugins.guardkun.services.recompute import differing_quotes


@click.group("quotes")
def quotes() -> None:
    """保存した見積"""


@quotes.command("check")
@click.option("--json", "as_json", is_flag=True, help="JSONで出力")
@click.pass_obj
def check(make_app: Callable[[], Flask], as_json: bool) -> None:
    """保存した見積をすべて計算し直し、1円でも異なるものを表示する"""
    with errors_told(as_json), make_app().app_context():
        calculators = Calculators(platform().plugins.collect("calculators"))
        differing = dict(differing_quotes(db.session(), calculators))
    if as_json:
        tell_json({"differing": differing})
    else:
        for number, names in differing.items():
            click.echo(f"{number}\t{', '.join(names)}")
        if not differing:
            click.echo("すべての見積が同じ結果になりました。")
    if differing:
        raise SystemExit(REFUSED)
