"""Mail templates: the wording that the product comes with, and the variables that it may use (A-050, A18)."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from string import Template

from hoshou.base.errors import Refused
from hoshou.base.errors import noop_gettext as N_

SUBJECT_LENGTH = 200
CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
"""Line breaks of every kind, other control characters, and halves of characters: never in a line of a mail."""


@dataclass(frozen=True)
class MailVariable:
    """``$NAME`` in a wording. ``required``: the body must use it. ``secret``: the subject must not."""

    name: str
    description: str
    sample: str
    required: bool = False
    secret: bool = False


@dataclass(frozen=True)
class MailTemplate:
    """One kind of mail. ``subject`` and ``body`` are the golden wording; ``title`` is for people."""

    key: str
    title: str
    subject: str
    body: str
    variables: tuple[MailVariable, ...]

    @property
    def samples(self) -> dict[str, str]:
        """Values for a preview."""
        return {variable.name: variable.sample for variable in self.variables}


@dataclass(frozen=True)
class RenderedMail:
    subject: str
    body: str


def check_wording(template: MailTemplate, subject: str, body: str) -> None:
    """Whether this wording may be saved for the template.

    Raises Refused ``wording_empty``, ``wording_line_break``, ``wording_too_long``, ``wording_control``,
    ``wording_syntax``, ``wording_unknown_variable``, ``wording_secret_in_subject`` or
    ``wording_missing_variable`` with the field ``subject`` or ``body``.
    """
    for field, text in (("subject", subject), ("body", body)):
        if not text.strip():
            raise Refused("wording_empty", N_("入力してください。"), field=field)
    if CONTROL.search(subject):
        raise Refused("wording_line_break", N_("件名に改行や制御文字は使えません。"), field="subject")
    if len(subject) > SUBJECT_LENGTH:
        raise Refused(
            "wording_too_long",
            N_("件名は%(limit)d文字以内で入力してください。"),
            field="subject",
            limit=SUBJECT_LENGTH,
        )
    if CONTROL.search(body.replace("\n", "")):
        raise Refused("wording_control", N_("本文に制御文字は使えません。"), field="body")
    used = {"subject": _variables(subject, "subject"), "body": _variables(body, "body")}
    allowed = {variable.name for variable in template.variables}
    for field, names in used.items():
        for name in sorted(names - allowed):
            raise Refused("wording_unknown_variable", N_("変数 $%(name)s は使えません。"), field=field, name=name)
    for variable in template.variables:
        if variable.secret and variable.name in used["subject"]:
            raise Refused(
                "wording_secret_in_subject",
                N_("変数 $%(name)s は件名に使えません。"),
                field="subject",
                name=variable.name,
            )
        if variable.required and variable.name not in used["body"]:
            raise Refused(
                "wording_missing_variable",
                N_("本文に変数 $%(name)s が必要です。"),
                field="body",
                name=variable.name,
            )


def _variables(text: str, field: str) -> set[str]:
    parsed = Template(text)
    if not parsed.is_valid():
        raise Refused(
            "wording_syntax",
            N_("「$」の後には変数名を書いてください。「$」そのものは「$$」と書きます。"),
            field=field,
        )
    return set(parsed.get_identifiers())


def fill(template: MailTemplate, subject: str, body: str, values: Mapping[str, str]) -> RenderedMail:
    """The wording with its variables filled in.

    Raises Refused ``mail_value_unprintable`` for a value with a line break or another control character,
    and ValueError when the values aren't exactly the template's variables.
    """
    if set(values) != {variable.name for variable in template.variables}:
        raise ValueError(f"mail {template.key} needs exactly its own variables")
    for name, value in values.items():
        if CONTROL.search(value):
            raise Refused("mail_value_unprintable", N_("改行や制御文字は使えません。"), field=name)
    return RenderedMail(Template(subject).substitute(values), Template(body).substitute(values))
