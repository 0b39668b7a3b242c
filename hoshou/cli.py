"""The `hoshou` command. Each command's module is imported when the command is called, not before."""

import importlib
from typing import Any

import click

COMMANDS = {
    "access": "hoshou.platform.commands:access",
    "audit": "hoshou.platform.commands:audit_log",
    "backup": "hoshou.platform.backup:backup",
    "calendar": "hoshou.platform.commands:calendar",
    "dates": "hoshou.plugins.proration.commands:dates",
    "db": "hoshou.platform.commands:database",
    "demo": "hoshou.plugins.demo.commands:demo",
    "jobs": "hoshou.platform.jobs.commands:jobs",
    "quote": "hoshou.plugins.premium.commands:quote",
    "restore": "hoshou.platform.backup:restore",
    "serve": "hoshou.platform.serve:serve",
    "users": "hoshou.plugins.organisations.commands:users",
    "zengin": "hoshou.plugins.debits.commands:zengin",
}


class LazyCommands(click.Group):
    """Knows every command by name and imports none until it is asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module, _, attribute = COMMANDS[cmd_name].partition(":")
        command: Any = getattr(importlib.import_module(module), attribute)
        return command  # type: ignore[no-any-return]


@click.command(cls=LazyCommands, context_settings={"help_option_names": ["-h", "--help"]})
def main() -> None:
    """保証証券等確認システム・ガードくん加入管理システム"""
