"""Whose domain an e-mail address belongs to, and nothing that could be read in two ways (threat A21)."""

import unicodedata

from email_validator import EmailNotValidError, validate_email

from hoshou.base.errors import Refused
from hoshou.base.errors import noop_gettext as N_


def mail_domain(address: str) -> str:
    """The domain of ``address`` as lower-case ASCII (IDNA), to be compared for equality only.

    Refused with ``invalid_address`` is all that one mail server could deliver elsewhere
    than another: a second @, quoting, comments, bracketed addresses, source routes by
    ``%`` or ``!``, a trailing dot, white space, invisible and compatibility characters
    (fold what was pasted first). A sub-domain is another domain (D-13), a homograph too.
    """
    return _parts(address)[1]


def comparable_address(address: str) -> str:
    """``address`` in the one form in which two can be compared: case folded, the domain in IDNA.

    Raises Refused ``invalid_address`` as :func:`mail_domain` does.
    """
    local, domain = _parts(address)
    return f"{local.casefold()}@{domain}"


def domain_name(text: str) -> str:
    """A domain by itself, as it is registered, in the form that :func:`mail_domain` gives.

    Raises Refused ``invalid_domain``.
    """
    try:
        return mail_domain(f"postmaster@{text}")
    except Refused as error:
        raise Refused("invalid_domain", N_("ドメインの形式が正しくありません。")) from error


def _parts(address: str) -> tuple[str, str]:
    try:
        parsed = validate_email(address, check_deliverability=False, allow_smtputf8=False)
    except EmailNotValidError as error:
        raise _invalid() from error
    given_domain = address.rpartition("@")[2].lower()
    if (
        unicodedata.normalize("NFKC", address) != address
        or given_domain not in (parsed.domain, parsed.ascii_domain)
        or any(c in parsed.local_part for c in "%!")
    ):
        raise _invalid()
    return parsed.local_part, parsed.ascii_domain


def _invalid() -> Refused:
    return Refused("invalid_address", N_("メールアドレスの形式が正しくありません。"))
