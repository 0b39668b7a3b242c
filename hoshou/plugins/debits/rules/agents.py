"""What a collection agent's master data must be, so that its files can be written."""

from hoshou.base.errors import Invalid, Refused
from hoshou.base.errors import noop_gettext as N_
from hoshou.plugins.debits.zengin.codec import codecs_for
from hoshou.plugins.debits.zengin.entries import Header
from hoshou.plugins.debits.zengin.layout import HEADER
from hoshou.plugins.debits.zengin.problems import Problem
from hoshou.plugins.debits.zengin.profiles import PROFILES


def require_header(header: Header, profile: str) -> None:
    """Raise Invalid with a refusal for each field that the header of a bank file can't hold.

    Codes must have their full length: a missing zero would be another bank.
    """
    faults = [
        Refused("not_digits", N_("%(length)s桁の数字で入力してください。"), field=name, length=length)
        for name, length in (("consignor_code", 10), ("bank_code", 4), ("branch_code", 3), ("account_number", 7))
        if not (len(getattr(header, name)) == length and getattr(header, name).isascii())
    ]
    if not header.consignor_name:
        faults.append(Refused("required", N_("入力してください。"), field="consignor_name"))
    if profile not in PROFILES:
        raise Invalid([*faults, Refused("profile", N_("ファイルの仕様を選択してください。"), field="profile")])
    composed = codecs_for(PROFILES[profile])[HEADER.mark].compose(1, header)
    if isinstance(composed, list):
        told = {fault.field for fault in faults}
        faults += [_refusal(problem) for problem in composed if _field(problem) not in told]
    if faults:
        raise Invalid(faults)


def _field(problem: Problem) -> str:
    return next(field.name for field in reversed(HEADER.fields) if field.position <= problem.position)


def _refusal(problem: Problem) -> Refused:
    return Refused(problem.code, problem.message, field=_field(problem), **problem.values)
