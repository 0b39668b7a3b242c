"""`hoshou serve`: the web server and one scheduler beside it; on SIGUSR2 both of the version then installed (F19)."""

import logging
import os
import socket
from collections.abc import Callable, Sequence
from multiprocessing.connection import Connection

import click
from flask import Flask

from hoshou.platform import migrations
from hoshou.platform.backup.restore import is_unfinished
from hoshou.platform.db import db
from hoshou.platform.jobs.scheduler import run_forever
from hoshou.platform.logs import init_logging
from hoshou.platform.supervisor import SPAWN, Child, supervise
from hoshou.platform.web_server import Listening, listen, serve_web

MakeApp = Callable[[], Flask]

log = logging.getLogger(__name__)

FEWEST_WORKERS, MOST_WORKERS = 2, 8


def default_workers() -> int:
    """One for each processor, within bounds."""
    return min(max(os.cpu_count() or 1, FEWEST_WORKERS), MOST_WORKERS)


def check_database(make_app: MakeApp) -> None:
    """Raises ClickException unless the database is at the newest revision, and no restore has stopped half-way."""
    app = make_app()
    if is_unfinished(app):
        raise click.ClickException(
            "バックアップの復元が終わっていません。もう一度「hoshou restore」を実行してください。"
        )
    with app.app_context():
        current, newest = migrations.current_revision(), migrations.newest_revision()
        db.engine.dispose()
    if current != newest:
        raise click.ClickException(
            f"データベースの構造が最新ではありません（現在 {current or 'なし'}、必要 {newest}）。"
            "先に「hoshou db upgrade」を実行してください。"
        )


def run_web(make_app: MakeApp, listening: Listening, listener: socket.socket, ready: Connection) -> None:
    """The web server's process, until SIGTERM. One that relieves another may be of a version too new for the database."""
    try:
        check_database(make_app)
    except click.ClickException as error:
        log.error(error.format_message())
        raise SystemExit(1) from error
    serve_web(make_app, listening, listener, ready)


def run_scheduler(make_app: MakeApp) -> None:
    """The scheduler's process, until SIGTERM."""
    run_forever(make_app())


def run_site(
    make_app: MakeApp,
    listening: Listening,
    *,
    scheduler: bool = True,
    companions: Sequence[Child] = (),
    announce: Callable[[], None],
) -> int:
    """Run web server, scheduler and companions until told to stop; returns the exit status.

    ``announce`` is called once the first worker can answer. Raises ClickException where the port is taken.
    """
    receiving, sending = SPAWN.Pipe(duplex=False)
    try:
        listener = listen(listening)
    except OSError as error:
        raise click.ClickException(f"{listening.address} で待ち受けられません: {error.strerror}") from error
    with listener:
        web = Child("web", run_web, (make_app, listening, listener, sending), relieved=True)
        children = [*companions, web]
        if scheduler:
            children.append(Child("scheduler", run_scheduler, (make_app,), restarted=True))
        return supervise(children, receiving, announce)


@click.command("serve")
@click.option("--host", default="127.0.0.1", show_default=True, help="待ち受けるアドレス")
@click.option("--port", default=8080, show_default=True, type=click.IntRange(1, 65535), help="待ち受けるポート")
@click.option("--workers", default=default_workers, type=click.IntRange(1, 64), help="Webワーカーの数")
@click.option("--no-scheduler", is_flag=True, help="定期処理を動かさない（別のホストで動かす場合）")
@click.pass_context
def serve(ctx: click.Context, host: str, port: int, workers: int, no_scheduler: bool) -> None:
    """Webサーバーと定期処理を起動する。SIGTERMまたはCtrl-Cで停止し、SIGUSR2で新しい版に切り替える。"""
    make_app: MakeApp = ctx.obj
    check_database(make_app)
    init_logging()
    listening = Listening(host, port, workers)
    ctx.exit(
        run_site(
            make_app,
            listening,
            scheduler=not no_scheduler,
            announce=lambda: click.echo(f"http://{listening.address}", err=True),
        )
    )
