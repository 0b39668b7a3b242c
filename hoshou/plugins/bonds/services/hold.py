"""A folder held still: who lets somebody in and who changes the password never overlap."""

from sqlalchemy.orm import Session

from hoshou.plugins.bonds.models import BondFolder


def hold_folder(session: Session, folder_id: int) -> BondFolder:
    """The folder as it is now; nobody changes it until the transaction ends, others may hold it too.

    Only the folder's own row is locked: PostgreSQL refuses to lock the agency that may be missing.
    """
    return session.get_one(BondFolder, folder_id, with_for_update={"read": True, "of": BondFolder})
