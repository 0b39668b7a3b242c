"""Mail addresses: checked without asking the network, shown masked."""

from email_validator import EmailNotValidError, validate_email

from hoshou.base.errors import Refused
from hoshou.base.errors import noop_gettext as N_


def checked_address(address: str, field: str = "recipient") -> str:
    """The address as mail servers write it: domain in lower case and ASCII.

    Raises Refused ``mail_address_invalid`` with the field.
    """
    try:
        valid = validate_email(address, check_deliverability=False, allow_smtputf8=False)
    except EmailNotValidError as error:
        raise Refused(
            "mail_address_invalid", N_("メールアドレスの形式が正しくありません。"), field=field
        ) from error
    # Without SMTPUTF8 there is always an ASCII form.
    return str(valid.ascii_email)


def mask_address(address: str) -> str:
    """``taro@example.jp`` becomes ``t***@example.jp``: enough to recognise, not enough to use."""
    local, _, domain = address.rpartition("@")
    return f"{local[:1]}***@{domain}"
