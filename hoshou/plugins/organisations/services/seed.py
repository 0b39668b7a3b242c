"""The eight insurers of the start, in the order of the Japanese syllabary (manual 1.(2), A-003)."""

from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from hoshou.plugins.organisations.models import Insurer

START = date(2025, 12, 1)

INSURERS = (
    ("aioi", "あいおいニッセイ同和損害保険株式会社", "あいおいニッセイ同和"),
    ("aig", "ＡＩＧ損害保険株式会社", "ＡＩＧ"),
    ("kyoei", "共栄火災海上保険株式会社", "共栄火災"),
    ("sompo", "損害保険ジャパン株式会社", "損保ジャパン"),
    ("daido", "大同火災海上保険株式会社", "大同火災"),
    ("tokio", "東京海上日動火災保険株式会社", "東京海上日動"),
    ("nisshin", "日新火災海上保険株式会社", "日新火災"),
    ("ms", "三井住友海上火災保険株式会社", "三井住友海上"),
)


def seed_insurers(session: Session) -> int:
    """Enter those that are missing; returns how many. Running it again changes nothing."""
    known = set(session.scalars(select(Insurer.code)))
    missing = [
        Insurer(code=code, name=name, short_name=short, position=position, active_from=START)
        for position, (code, name, short) in enumerate(INSURERS, start=1)
        if code not in known
    ]
    session.add_all(missing)
    session.flush()
    return len(missing)
