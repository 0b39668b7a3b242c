"""`hoshou zengin`: bank files from and to JSON, without a database."""

import json
import sys
from typing import BinaryIO

import click

from hoshou.base.errors import Refused

from .zengin.document import parse_set, render
from .zengin.problems import Problem
from .zengin.reader import read_file
from .zengin.writer import write_file


@click.group()
def zengin() -> None:
    """預金口座振替（全銀フォーマット）のファイルを扱います。"""


@zengin.command()
@click.option("--json", is_flag=True, required=True, expose_value=False, help="文書はJSONです。")
def write() -> None:
    """標準入力の文書から口座振替ファイルを作り、標準出力に書きます。"""
    out = sys.stdout.buffer
    try:
        write_file(out, [parse_set(sys.stdin.buffer.read())])
    except Refused as refused:
        error = {"code": refused.code, "message": str(refused)}
        out.write(json.dumps({"error": error}, ensure_ascii=False).encode() + b"\n")
        raise SystemExit(1) from refused


@zengin.command()
@click.option("--json", is_flag=True, required=True, expose_value=False, help="文書はJSONです。")
@click.argument("file", type=click.File("rb"))
def show(file: BinaryIO) -> None:
    """口座振替ファイルを検査し、内容と問題点を標準出力に書きます。"""
    out = sys.stdout.buffer
    problems: list[Problem] = []
    for piece in render(read_file(file), problems):
        out.write(piece.encode())
    if problems:
        raise SystemExit(1)
