"""Public pages for orderers with a registered domain: one-time password, preview, download."""

from collections.abc import Iterable

from flask import Blueprint

from hoshou.base.errors import noop_gettext as N_
from hoshou.platform.hookspecs import hookimpl
from hoshou.platform.jobs.job import Job
from hoshou.platform.mail.template import MailTemplate
from hoshou.platform.site.entrance import Audience, Entrance
from hoshou.plugins.orderer import models  # noqa: F401 - the tables
from hoshou.plugins.orderer.jobs import JOBS
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


@hookimpl
def jobs() -> Iterable[Job]:
    return JOBS


@hookimpl
def action_labels() -> Iterable[tuple[str, str]]:
    return (
        ("orderer.otp_issued", N_("ワンタイムパスワードを発行しました")),
        ("orderer.otp_refused", N_("ワンタイムパスワードの認証を断りました")),
        ("orderer.refused", N_("発注者さま用ログインを断りました")),
        ("orderer.verified", N_("ワンタイムパスワードの認証に成功しました")),
        ("orderer.viewed", N_("ファイル%(file)sをプレビューしました")),
        ("orderer.downloaded", N_("ファイル%(file)sをダウンロードしました")),
        ("orderer.left", N_("プレビューを終了しました")),
    )
