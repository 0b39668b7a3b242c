"""Entering an orderer's domain (A-060, A-076, D-13, D-14)."""

from datetime import date

from hoshou.base.clock import Clock
from hoshou.base.errors import Refused
from hoshou.base.errors import noop_gettext as N_
from hoshou.base.mail_addresses import domain_name
from hoshou.plugins.domains.models import DomainState, OrdererDomain
from hoshou.plugins.domains.rules.free_mail import is_free_mail


def checked_domain(text: str) -> str:
    """The domain in the one form in which it is compared.

    Raises Refused ``invalid_domain`` or ``free_mail_domain`` with the field ``domain``.
    """
    try:
        domain = domain_name(text.strip().lower())
    except Refused as error:
        raise Refused(
            "invalid_domain",
            N_("ドメインの形式が正しくありません。「@」より後ろの部分だけを半角で入力してください。"),
            field="domain",
        ) from error
    if is_free_mail(domain):
        raise Refused("free_mail_domain", N_("フリーメールのドメインは登録できません。"), field="domain")
    return domain


def prepare_domain(clock: Clock, item: OrdererDomain) -> None:
    """Check and complete a domain before it is stored.

    Raises what ``checked_domain`` raises, and Refused ``usable_from_missing`` for a registered domain
    without the day from which it may be used.
    """
    item.domain = checked_domain(item.domain)
    if item.state == DomainState.REGISTERED.value and not isinstance(item.usable_from, date):
        raise Refused("usable_from_missing", N_("登録済にするには利用開始日が必要です。"), field="usable_from")
    item.changed_at = clock.now()
