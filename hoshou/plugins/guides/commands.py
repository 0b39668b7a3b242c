"""The `guides` command: the manual's texts."""

import json
from collections.abc import Callable

import click
from flask import Flask

from hoshou.platform.db import transact
from hoshou.plugins.guides.services.seed import seed_guides


@click.group("guides")
def guides() -> None:
    """よくあるお問い合わせ、契約約款の例などの案内"""


@guides.command("seed")
@click.option("--json", "as_json", is_flag=True, help="JSONで出力")
@click.pass_obj
def seed(make_app: Callable[[], Flask], as_json: bool) -> None:
    """マニュアルの文を、まだ登録されていないものについて登録する"""
    with make_app().app_context():
        added = transact(seed_guides)
    click.echo(json.dumps({"rows_added": added}) if as_json else f"rows_added: {added}")
