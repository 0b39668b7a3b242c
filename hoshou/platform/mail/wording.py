"""Edited wording of mails; what isn't edited stays as the product came (P-015, A-050)."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import String, Text
from sqlalchemy.orm import Mapped, Session, mapped_column

from hoshou.base.clock import Clock
from hoshou.platform.actor import Actor
from hoshou.platform.audit import record
from hoshou.platform.db import Entity, Instant
from hoshou.platform.mail.template import SUBJECT_LENGTH, MailTemplate, RenderedMail, check_wording, fill


class MailWording(Entity):
    """The edited wording of one template."""

    __tablename__ = "platform_mail_wording"

    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    subject: Mapped[str] = mapped_column(String(SUBJECT_LENGTH))
    body: Mapped[str] = mapped_column(Text)
    changed_at: Mapped[datetime] = mapped_column(Instant)
    changed_by: Mapped[str] = mapped_column(String(200))


def current_wording(session: Session, template: MailTemplate) -> tuple[str, str]:
    """Subject and body as they are sent now, with their variables unfilled."""
    edited = session.get(MailWording, template.key)
    return (edited.subject, edited.body) if edited else (template.subject, template.body)


def render(session: Session, template: MailTemplate, values: Mapping[str, str]) -> RenderedMail:
    """The mail as it would be sent now. Raises what ``fill`` raises."""
    subject, body = current_wording(session, template)
    return fill(template, subject, body, values)


def save_wording(
    session: Session, clock: Clock, actor: Actor, template: MailTemplate, subject: str, body: str
) -> None:
    """Use this wording from now on. Raises what ``check_wording`` raises."""
    body = body.replace("\r\n", "\n")
    check_wording(template, subject, body)
    session.merge(
        MailWording(
            key=template.key, subject=subject, body=body, changed_at=clock.now(), changed_by=actor.name[:200]
        )
    )
    record(session, clock, actor, "mail.wording_changed", "mail_template", template.key)


def reset_wording(session: Session, clock: Clock, actor: Actor, template: MailTemplate) -> None:
    """Return to the golden wording; without an edited one nothing changes."""
    edited = session.get(MailWording, template.key)
    if edited is not None:
        session.delete(edited)
        record(session, clock, actor, "mail.wording_reset", "mail_template", template.key)
