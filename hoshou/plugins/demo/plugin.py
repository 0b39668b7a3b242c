"""The demo's mail box page. Only `hoshou demo` adds this plugin."""

from collections.abc import Iterable

from flask import Blueprint

from hoshou.platform.hookspecs import hookimpl
from hoshou.plugins.demo.public import demo

NAME = "demo"
VERSION = "1.0.0"
REQUIRES = ("organisations", "bonds", "domains", "viewer", "orderer", "guides", "guardkun", "debits")


@hookimpl
def public_blueprints() -> Iterable[Blueprint]:
    return (demo,)
