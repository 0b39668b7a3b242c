"""Verification without us: whoever holds a PDF can see whether it is the one that was registered."""

from collections.abc import Iterable

from flask import Blueprint

from hoshou.base.errors import noop_gettext as N_
from hoshou.platform.hookspecs import hookimpl
from hoshou.platform.site.entrance import Audience, Entrance, FootLink
from hoshou.plugins.verification.public import verification

NAME = "verification"
VERSION = "1.0.0"
REQUIRES = ("organisations", "bonds")


@hookimpl
def public_blueprints() -> Iterable[Blueprint]:
    return (verification,)


@hookimpl
def entrances() -> Iterable[Entrance]:
    return (Entrance(Audience.ORDERER, "verification/entrance.html"),)


@hookimpl
def foot_links() -> Iterable[FootLink]:
    return (FootLink("verification.page", N_("証券等の照合")),)


@hookimpl
def action_labels() -> Iterable[tuple[str, str]]:
    return (("verification.checked", N_("手元のPDFがファイル%(file)sと一致するか照合されました")),)
