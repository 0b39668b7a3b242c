"""`hoshou simulate`: a scheme year on a throw-away database."""

import json
import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from decimal import Decimal, InvalidOperation
from tempfile import TemporaryDirectory

import click
from flask import Flask

from hoshou.base.errors import DomainError
from hoshou.base.terminal import REFUSED, error_document
from hoshou.platform import migrations
from hoshou.platform.calendar import seed_calendar
from hoshou.platform.context import platform
from hoshou.platform.db import db, transact, unit_of_work
from hoshou.plugins.debits.services.simulation.year import Wish, simulate
from hoshou.plugins.debits.services.work import Progress
from hoshou.plugins.organisations.services.seed import seed_insurers

OWN = "HOSHOU_"


class Rate(click.ParamType[int]):
    """A share from 0 to 1 with at most four decimals, as so many of 10,000."""

    name = "rate"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> int:
        try:
            of_ten_thousand = Decimal(str(value)) * 10_000
        except InvalidOperation:
            of_ten_thousand = Decimal(-1)
        if not 0 <= of_ten_thousand <= 10_000 or of_ten_thousand != int(of_ten_thousand):
            self.fail("0から1まで、小数は4桁までで指定してください。", param, ctx)
        return int(of_ten_thousand)


@click.command("simulate")
@click.option("--members", required=True, type=click.IntRange(1, 1_000_000), help="6月1日の加入者数")
@click.option("--year", required=True, type=click.IntRange(1, 9998), help="制度年度")
@click.option("--failure-rate", "failures", default="0.03", show_default=True, type=Rate(), help="振替不能の割合")
@click.option("--seed", default=1, show_default=True, type=int, help="乱数の種")
@click.option("--json", "as_json", is_flag=True, help="JSONで出力")
@click.pass_obj
def simulate_year(
    make_app: Callable[[], Flask], members: int, year: int, failures: int, seed: int, as_json: bool
) -> None:
    """使い捨てのデータベースで、制度の1年（加入・口座振替・入金・脱退・送金）を再現する"""
    began = time.perf_counter()
    with throw_away(make_app):
        here = platform()
        try:
            transact(lambda session: seed_calendar(session, year - 1, 4))
            transact(seed_insurers)
            with progress_bar() as progress:
                outcome = simulate(
                    unit_of_work, here.keys, here.files, Wish(members, year, failures, seed), progress
                )
        except DomainError as error:
            click.echo(
                json.dumps(error_document(error), ensure_ascii=False) if as_json else str(error), err=not as_json
            )
            sys.exit(REFUSED)
    document = {**outcome, "seconds": round(time.perf_counter() - began, 1)}
    if as_json:
        click.echo(json.dumps(document))
    else:
        for name, value in document.items():
            click.echo(f"{name}: {value:,}")


@contextmanager
def progress_bar() -> Iterator[Progress]:
    """A bar on the terminal's error stream: the answer stays alone on the other, and a log has no bar at all."""
    if not sys.stderr.isatty():
        yield lambda _done, _total: None
        return
    with click.progressbar(length=1, label="年度の再現", file=sys.stderr) as bar:

        def progress(done: int, total: int) -> None:
            bar.length = total
            bar.update(done - bar.pos)

        yield progress


@contextmanager
def throw_away(make_app: Callable[[], Flask]) -> Iterator[None]:
    """An application on an empty database in a folder of its own, which is removed at the end.

    No setting of the environment counts, so that nobody's data are touched.
    """
    kept = {name: value for name, value in os.environ.items() if name.startswith(OWN)}
    with TemporaryDirectory(prefix="hoshou-simulate-") as folder:
        for name in kept:
            del os.environ[name]
        os.environ[f"{OWN}DATA_DIR"] = folder
        try:
            app = make_app()
            with app.app_context():
                try:
                    migrations.upgrade()
                    yield
                finally:
                    db.session.remove()
                    db.engine.dispose()
        finally:
            del os.environ[f"{OWN}DATA_DIR"]
            os.environ.update(kept)
