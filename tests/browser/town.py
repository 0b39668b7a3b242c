"""Where the long stories play: an agency, the eight insurers' staff, the association, and one registered orderer."""

from hoshou.platform.context import platform
from hoshou.platform.subject import Role
from hoshou.plugins.demo.rules.sample import SAMPLE_AGENCY, SAMPLE_INSURER
from hoshou.plugins.demo.services.parties import REGISTERED, seed_domains
from hoshou.plugins.organisations.services.seed import INSURERS
from tests.accounts import add_agency, add_user
from tests.browser.live import LiveSite

AGENT, CLERK, ADMIN = "agency1", "kyokai", "admin"
AGENT_MAIL, CLERK_MAIL = f"{AGENT}@example.jp", f"{CLERK}@example.jp"
VOTERS = [f"{code}1" for code, _name, _short in INSURERS]
INSURER = SAMPLE_INSURER.name
ORDERER = f"keiyaku@{REGISTERED.domain}"


def settle(site: LiveSite) -> None:
    """Enter everybody. The agency has a code at the first insurer."""
    site.run(lambda session: seed_domains(session, site.clock, platform().keys, site.app.config))
    add_agency(site.app, SAMPLE_AGENCY.name, **{INSURERS[0][0]: SAMPLE_AGENCY.code})
    add_user(site.app, AGENT, Role.AGENCY, agency=SAMPLE_AGENCY.name)
    add_user(site.app, CLERK, Role.ASSOCIATION)
    add_user(site.app, ADMIN, Role.ADMINISTRATOR)
    for username, (code, _name, _short) in zip(VOTERS, INSURERS, strict=True):
        add_user(site.app, username, Role.INSURER, insurer=code)
