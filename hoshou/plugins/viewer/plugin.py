"""Public pages for contractors and orderers: view, never download."""

from collections.abc import Iterable

from flask import Blueprint

from hoshou.platform.hookspecs import hookimpl
from hoshou.platform.site.entrance import Audience, Entrance
from hoshou.plugins.viewer.public import viewer

NAME = "viewer"
VERSION = "1.0.0"
REQUIRES = ("bonds",)


@hookimpl
def public_blueprints() -> Iterable[Blueprint]:
    return (viewer,)


@hookimpl
def entrances() -> Iterable[Entrance]:
    return (
        Entrance(Audience.ORDERER, "viewer/entrance.html"),
        Entrance(Audience.CONTRACTOR, "viewer/entrance.html"),
    )
