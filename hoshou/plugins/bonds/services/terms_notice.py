"""The notice about an orderer whose contract terms aren't known to provide for bonds in electronic form (A-010)."""

from datetime import date

from sqlalchemy.orm import Session

from hoshou.base.errors import Refused
from hoshou.base.errors import noop_gettext as N_
from hoshou.plugins.bonds.models import BondFolder
from hoshou.plugins.bonds.rules.kinds import Submission
from hoshou.plugins.organisations.services.orderers import has_ready_terms


def terms_notice(session: Session, folder: BondFolder, day: date) -> Refused | None:
    """What to tell the uploader, who goes on all the same; None for paper, for no orderer, and for ready terms."""
    is_electronic = folder.submission == Submission.ELECTRONIC
    if not is_electronic or not folder.orderer_name or has_ready_terms(session, folder.orderer_name, day):
        return None
    return Refused(
        "terms_not_ready",
        N_(
            "発注者「%(name)s」の請負契約約款が電子証券に対応していること（約款整備済）は、登録されていません。"
            "発注者さまにご確認ください。対応していない場合は、書面でご提出ください。"
        ),
        name=folder.orderer_name,
    )
