"""Public pages for orderers with a registered domain: one-time password, preview, download."""

from collections.abc import Iterable

from flask import Blueprint

from hoshou.platform.hookspecs import hookimpl
from hoshou.platform.mail.template import MailTemplate
from hoshou.platform.site.entrance import Audience, Entrance
from hoshou.plugins.orderer import models  # noqa: F401 - the tables
from hoshou.plugins.orderer.public import orderer
from hoshou.plugins.orderer.services.mails import OTP_MAIL

NAME = "orderer"
VERSION = "1.0.0"
REQUIRES = ("bonds", "domains")


@hookimpl
def mail_templates() -> Iterable[MailTemplate]:
    return (OTP_MAIL,)


@hookimpl
def public_blueprints() -> Iterable[Blueprint]:
    return (orderer,)


@hookimpl
def entrances() -> Iterable[Entrance]:
    return (Entrance(Audience.ORDERER, "orderer/entrance.html"),)
