"""The guides: frequently asked questions, sample clauses, flows, contacts, revision history."""

from collections.abc import Iterable

from flask import Blueprint

from hoshou.platform.hookspecs import hookimpl
from hoshou.platform.site.entrance import Audience, Entrance, FootLink
from hoshou.platform.staff.contribution import StaffView
from hoshou.plugins.guides.public import FOOT_LINKS, guides
from hoshou.plugins.guides.views import SCREENS

NAME = "guides"
VERSION = "1.0.0"
REQUIRES: tuple[str, ...] = ()


@hookimpl
def staff_views() -> Iterable[StaffView]:
    return SCREENS


@hookimpl
def public_blueprints() -> Iterable[Blueprint]:
    return (guides,)


@hookimpl
def entrances() -> Iterable[Entrance]:
    return (
        Entrance(Audience.ORDERER, "guides/orderer_entrance.html"),
        Entrance(Audience.CONTRACTOR, "guides/contractor_entrance.html"),
    )


@hookimpl
def foot_links() -> Iterable[FootLink]:
    return FOOT_LINKS
