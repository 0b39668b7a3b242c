"""What the browser tests and the manual's pictures find in place: a few of the demo's policies, and staff."""

from dataclasses import dataclass, replace

from flask_appbuilder.security.sqla.models import User
from sqlalchemy import select
from sqlalchemy.orm import Session

from hoshou.platform.context import platform
from hoshou.platform.db import db, unit_of_work
from hoshou.platform.subject import Role
from hoshou.plugins.bonds.models import BondFolder
from hoshou.plugins.bonds.services.url import viewing_url
from hoshou.plugins.demo.rules.accounts import ACCOUNTS
from hoshou.plugins.demo.rules.parties import AGENCIES
from hoshou.plugins.demo.rules.portfolio import DemoPolicy, demo_policies
from hoshou.plugins.demo.services import parties, policies
from tests.accounts import add_user
from tests.browser.live import LiveSite
from tests.plugins.bonds.factories import LIMITS

CHOSEN = (24, 18, 36, 12, 0)
"""One file; two scans; three files of which one is replaced; a certificate with annex and change notice."""

AGENT, ADMIN, CLERK, AUDITOR = "agency1", "admin", "association", "auditor"


@dataclass(frozen=True)
class Folder:
    """A folder with what opens it."""

    id: int
    policy: DemoPolicy
    path: str
    password: str

    @property
    def number(self) -> str:
        return self.policy.facts.policy_number


@dataclass(frozen=True)
class Scene:
    """The folders; ``gone`` is deleted, ``broken`` has lost the bytes of its file, ``growing`` is added to."""

    gone: Folder
    broken: Folder
    growing: Folder
    replaced: Folder
    certificate: Folder


def set_scene(site: LiveSite) -> Scene:
    """Agencies, staff, domains, and the chosen policies uploaded on their days by the demo's own upload."""
    everything = demo_policies(site.clock.today())
    site.run(lambda session: parties.seed_agencies(session, everything))
    site.run(lambda session: parties.seed_domains(session, site.clock, platform().keys, site.app.config))
    add_user(site.app, AGENT, Role.AGENCY, agency=AGENCIES[0].name)
    add_user(site.app, ADMIN, Role.ADMINISTRATOR)
    add_user(site.app, CLERK, Role.ASSOCIATION)
    add_user(site.app, AUDITOR, Role.AUDITOR)
    site.run(_name_staff)
    scene = Scene(*[_upload(site, everything[index]) for index in CHOSEN])
    site.deliver()
    site.run(lambda session: _delete(session, site, scene.gone))
    site.run(lambda session: _lose_bytes(session, site, scene.broken))
    return scene


def _upload(site: LiveSite, policy: DemoPolicy) -> Folder:
    password = ""
    with site.app.app_context():
        here = platform()
        for one in policies.demo_uploads([policy], site.clock):
            one = replace(one, username=AGENT)
            prepared = policies.prepare_demo_upload(db.session(), here.files, one, LIMITS)
            password = prepared.secrets.password
            with unit_of_work() as session:
                policies.upload_demo_file(session, here.keys, one, prepared, LIMITS, site.url)
        row = policies.folder_of(db.session(), policy)
        assert row is not None
        folder = Folder(row.id, policy, viewing_url(here.keys, row, ""), password)
        db.session.remove()
    return folder


def _name_staff(session: Session) -> None:
    for account in ACCOUNTS:
        for user in session.scalars(select(User).where(User.username == account.username)):
            user.last_name, user.first_name, user.email = account.last_name, account.first_name, account.email


def _delete(session: Session, site: LiveSite, folder: Folder) -> None:
    row = session.get_one(BondFolder, folder.id)
    row.deleted_at, row.deleted_why = site.clock.now(), "誤登録のため"


def _lose_bytes(session: Session, site: LiveSite, folder: Folder) -> None:
    for file in session.get_one(BondFolder, folder.id).files:
        platform().files.delete(file.stored_file.storage_key)
