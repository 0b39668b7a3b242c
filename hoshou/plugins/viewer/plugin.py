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
    return tuple(
        Entrance(audience, "viewer/entrance.html") for audience in (Audience.CONTRACTOR, Audience.ORDERER)
    )
