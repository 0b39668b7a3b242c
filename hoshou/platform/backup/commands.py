"""The `backup` and `restore` commands."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path

import click
from flask import Flask

from hoshou.platform.backup.restore import restore_backup
from hoshou.platform.backup.take import Progress, take_backup
from hoshou.platform.terminal import errors_told, tell

MakeApp = Callable[[], Flask]


@click.command("backup")
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="JSONで出力")
@click.pass_obj
def backup(make_app: MakeApp, folder: Path, as_json: bool) -> None:
    """データベースとファイルを、空のフォルダに写す（マスターキーは含まれない）"""
    with errors_told(as_json), make_app().app_context(), _bar() as progress:
        tell(asdict(take_backup(folder, progress)), as_json)


@click.command("restore")
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="JSONで出力")
@click.pass_obj
def restore(make_app: MakeApp, folder: Path, as_json: bool) -> None:
    """バックアップを空のシステムに戻し、保存期間の終わったものを改めて削除する"""
    with errors_told(as_json), make_app().app_context(), _bar() as progress:
        restored = restore_backup(folder, progress)
        tell(asdict(restored) | {"lost": str(restored.lost)}, as_json)


@contextmanager
def _bar() -> Iterator[Progress]:
    """A progress bar on standard error, where that is a terminal."""
    with click.progressbar(length=1, file=sys.stderr, hidden=not sys.stderr.isatty()) as bar:

        def progress(done: int, of: int) -> None:
            bar.length = of
            bar.update(done - bar.pos)

        yield progress
