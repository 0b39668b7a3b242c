"""The `scheme` command: what the scheme's manual lays down."""

import json
from collections.abc import Callable

import click
from flask import Flask

from hoshou.platform.context import platform
from hoshou.platform.db import transact
from hoshou.plugins.guardkun.services.seed import seed_scheme


@click.group("scheme")
def scheme() -> None:
    """ガードくん賠償責任保険の年度と案内"""


@scheme.command("seed")
@click.option("--json", "as_json", is_flag=True, help="JSONで出力")
@click.pass_obj
def seed(make_app: Callable[[], Flask], as_json: bool) -> None:
    """マニュアルの年度・都道府県協会・案内のうち、まだ登録されていないものを登録する"""
    with make_app().app_context():
        clock = platform().clock
        added = transact(lambda session: seed_scheme(session, clock))
    click.echo(json.dumps({"rows_added": added}) if as_json else f"rows_added: {added}")
