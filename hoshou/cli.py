"""The `hoshou` command. Each command's module is imported when the command is called, not before."""

import importlib
from typing import TYPE_CHECKING, NamedTuple

import click

if TYPE_CHECKING:
    from flask import Flask


class Place(NamedTuple):
    """Where a command lives, and its line in the help."""

    path: str
    help: str


COMMANDS = {
    "access": Place("hoshou.platform.commands:access", "ロールと権限"),
    "audit": Place("hoshou.platform.commands:audit_log", "監査ログの検査"),
    "backup": Place("hoshou.platform.backup.commands:backup", "バックアップを取る"),
    "calendar": Place("hoshou.platform.commands:calendar", "営業日カレンダー"),
    "dates": Place("hoshou.plugins.proration.commands:dates", "加入日から締切日と引落日を求める"),
    "db": Place("hoshou.platform.commands:database", "データベース"),
    "demo": Place("hoshou.plugins.demo.commands:demo", "デモの準備と起動"),
    "guides": Place("hoshou.plugins.guides.commands:guides", "よくあるお問い合わせなどの案内"),
    "jobs": Place("hoshou.platform.jobs.commands:jobs", "定期処理"),
    "quote": Place("hoshou.plugins.premium.commands.quote:quote", "賦課金の見積"),
    "quotes": Place("hoshou.plugins.guardkun.commands.quotes:quotes", "保存した見積"),
    "rates": Place("hoshou.plugins.premium.commands.rates:rates", "料率表"),
    "restore": Place("hoshou.platform.backup.commands:restore", "バックアップから復元する"),
    "scheme": Place("hoshou.plugins.guardkun.commands.scheme:scheme", "ガードくん賠償責任保険の年度と案内"),
    "serve": Place("hoshou.platform.serve:serve", "サービスの起動"),
    "simulate": Place("hoshou.plugins.debits.simulate_command:simulate_year", "制度の1年の模擬実行"),
    "users": Place("hoshou.plugins.organisations.commands:users", "スタッフの利用者"),
    "zengin": Place("hoshou.plugins.debits.commands:zengin", "全銀フォーマットの口座振替ファイル"),
}


class LazyCommands(click.Group):
    """Knows every command by name and imports none until it is asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module, _, attribute = COMMANDS[cmd_name].path.partition(":")
        command: click.Command = getattr(importlib.import_module(module), attribute)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, COMMANDS[name].help) for name in self.list_commands(ctx)])


def make_app() -> "Flask":
    """The application of the settings in force; built only by commands that need one."""
    from hoshou.app import create_app

    return create_app()


@click.command(cls=LazyCommands, context_settings={"help_option_names": ["-h", "--help"]})
@click.pass_context
def main(ctx: click.Context) -> None:
    """保証証券等確認システム・ガードくん加入管理システム"""
    ctx.obj = make_app
