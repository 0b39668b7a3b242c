"""`hoshou demo`: prepares a data folder of its own and starts the product on it."""

import os
import socket
import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path

import click
from flask import Flask, current_app

from hoshou.base.clock import FixedClock, SystemClock
from hoshou.base.errors import DomainError
from hoshou.platform import access, migrations
from hoshou.platform.calculators import Calculators
from hoshou.platform.calendar import seed_calendar
from hoshou.platform.context import platform
from hoshou.platform.db import db, reading, transact, unit_of_work
from hoshou.platform.logs import init_logging
from hoshou.platform.mail.deliver import deliver_due
from hoshou.platform.serve import run_site
from hoshou.platform.staff.builder import staff_builder
from hoshou.platform.supervisor import Child
from hoshou.platform.web_server import Listening
from hoshou.plugins.bonds.rules.limits import upload_limits
from hoshou.plugins.bonds.services.url import viewing_url
from hoshou.plugins.demo.certificates import certificate_pdf
from hoshou.plugins.demo.rules.certificate import DocumentKind
from hoshou.plugins.demo.rules.debits import SAMPLE_RESULT_NAME
from hoshou.plugins.demo.rules.portfolio import DemoPolicy, demo_policies
from hoshou.plugins.demo.rules.sample import SAMPLE_CONTRACTOR, SAMPLE_NAME, sample_certificate
from hoshou.plugins.demo.rules.visits import VisitKind, demo_visits
from hoshou.plugins.demo.rules.walk import ShowcaseFolder, WalkFacts, printed_walk
from hoshou.plugins.demo.services import debits, parties, policies, scheme, visits
from hoshou.plugins.demo.services.data_folder import MAILS, open_data_folder
from hoshou.plugins.demo.services.mail_server import LOOPBACK, catch_mail, catching_mail, free_port
from hoshou.plugins.demo.services.mailbox import newest_about
from hoshou.plugins.guardkun.services.seed import seed_scheme
from hoshou.plugins.guides.services.seed import seed_guides
from hoshou.plugins.organisations.services.seed import seed_insurers

DEFAULT_FOLDER = "var/demo"
WORKERS = 2


@click.command("demo")
@click.option("--port", default=8080, show_default=True, type=click.IntRange(1, 65535), help="待ち受けるポート")
@click.option(
    "--data-dir",
    default=DEFAULT_FOLDER,
    show_default=True,
    type=click.Path(file_okay=False, path_type=Path),
    help="デモのデータを置くフォルダ",
)
@click.option("--fresh", is_flag=True, help="前回のデモのデータを消してから始める")
@click.pass_context
def demo(ctx: click.Context, port: int, data_dir: Path, fresh: bool) -> None:
    """デモの準備と起動"""
    make_app: Callable[[], Flask] = ctx.obj
    refuse_taken_port(port)
    folder = data_dir.resolve()
    # The walk on the terminal must not scroll away.
    listening = Listening(LOOPBACK, port, WORKERS, access_log=str(folder / "access.log"))
    try:
        today = open_data_folder(folder, SystemClock(), fresh=fresh)
    except DomainError as error:
        raise click.ClickException(str(error)) from error
    smtp_port = free_port()
    use_demo_settings(folder, port, smtp_port)
    app = make_app()
    with app.app_context(), catching_mail(folder / MAILS, smtp_port):
        prepare(today)
        walk = printed_walk(walk_facts(folder, today))
        db.session.remove()
        db.engine.dispose()
    init_logging()
    catcher = Child("mail", catch_mail, (folder / MAILS, smtp_port), restarted=True)
    ctx.exit(run_site(make_app, listening, companions=[catcher], announce=lambda: click.echo(walk)))


def refuse_taken_port(port: int) -> None:
    """Say so before anything else is done. Raises ClickException."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError as error:
            raise click.ClickException(
                f"ポート {port} は使用中です。「hoshou demo --port 番号」で別のポートを指定してください。"
            ) from error


def use_demo_settings(folder: Path, port: int, smtp_port: int) -> None:
    """Settings for this process and its children: the demo's own, and nothing that the shell had set."""
    for name in [name for name in os.environ if name.startswith("HOSHOU_")]:
        del os.environ[name]
    os.environ |= {
        "HOSHOU_DEMO": "1",
        "HOSHOU_DATA_DIR": str(folder),
        "HOSHOU_PUBLIC_URL": f"http://{LOOPBACK}:{port}",
        "HOSHOU_SERVICE_HOURS": "0",
        "HOSHOU_SMTP_HOST": LOOPBACK,
        "HOSHOU_SMTP_PORT": str(smtp_port),
    }


def prepare(today: date) -> None:
    """Database, roles, calendar and demo data; what is there already stays as it is."""
    clock = platform().clock
    migrations.upgrade()
    transact(lambda session: access.sync(session, staff_builder().contributions))
    transact(lambda session: seed_calendar(session, min(today, clock.today()).year - 1))
    transact(seed_insurers)
    transact(seed_guides)
    transact(lambda session: seed_scheme(session, clock))
    portfolio = demo_policies(today)
    transact(lambda session: parties.seed_agencies(session, portfolio))
    transact(parties.seed_orderers)
    transact(lambda session: parties.seed_accounts(session, clock))
    upload_policies(portfolio)
    seed_domains()
    enter_visits(portfolio)
    enter_scheme()
    enter_debits()


def enter_scheme() -> None:
    """The group scheme with its year open, members enrolled and one joining."""
    here = platform()
    with reading() as session:
        if scheme.is_seeded(session):
            return
    calculators = Calculators(here.plugins.collect("calculators"))
    transact(lambda session: scheme.seed_masters(session, here.clock))
    scheme.enrol(calculators, here.keys, here.files)
    scheme.begin_next(here.clock, calculators)


def enter_debits() -> None:
    """The scheme's debits month by month, and the next run."""
    here = platform()
    with reading() as session:
        if debits.is_seeded(session):
            return
    debits.tell_debits(here.clock.now(), here.keys, here.files)


def seed_domains() -> None:
    """The orderers' domains and applications, with the mails about them."""
    here, settings = platform(), current_app.config
    transact(lambda session: parties.seed_domains(session, here.clock, here.keys, settings))
    deliver_due(unit_of_work, here.clock, here.keys)


def upload_policies(portfolio: tuple[DemoPolicy, ...]) -> None:
    """Upload what isn't there yet, each file on its day, and deliver its mails on that day."""
    here = platform()
    settings = current_app.config
    limits = upload_limits(settings)
    session = db.session()
    todo = [one for one in policies.demo_uploads(portfolio, here.clock) if not policies.is_uploaded(session, one)]
    if not todo:
        return
    with click.progressbar(todo, label="デモの証券を登録しています", file=sys.stderr) as uploads:
        for one in uploads:
            prepared = policies.prepare_demo_upload(db.session(), here.files, one, limits)
            with unit_of_work() as session:
                policies.upload_demo_file(session, here.keys, one, prepared, limits, settings["PUBLIC_URL"])
            deliver_due(unit_of_work, FixedClock(one.at), here.keys)


def enter_visits(portfolio: tuple[DemoPolicy, ...]) -> None:
    """The visits that aren't noted yet. The mails that they cause are delivered on their day."""
    here, mails = platform(), Path(current_app.config["DATA_DIR"]) / MAILS
    todo = demo_visits(portfolio, parties.REGISTERED.domain, here.clock.now())
    with reading() as session:
        todo = [visit for visit in todo if not visits.is_noted(session, visit)]
    passwords = visits.told_passwords(mails)
    for visit in todo:
        with reading() as session:
            door = visits.find_door(session, here.keys, passwords, visit)
        if visit.kind is VisitKind.DOWNLOADED:
            with unit_of_work() as session:
                attempt = visits.ask_code(session, here.keys, visit, door)
            deliver_due(unit_of_work, FixedClock(visit.at), here.keys)
            with unit_of_work() as session:
                visits.download(session, here.keys, mails, visit, attempt)
            continue
        with unit_of_work() as session:
            if visit.kind is VisitKind.REFUSED:
                visits.be_refused(session, here.keys, visit, door)
            visits.look(session, here.keys, visit, door)


def walk_facts(folder: Path, today: date) -> WalkFacts:
    """What the walk names; writes the certificate and the result file that the visitor uploads."""
    site: str = current_app.config["PUBLIC_URL"]
    sample = sample_certificate(today)
    sample_path = folder / SAMPLE_NAME
    if not sample_path.exists():
        sample_path.write_bytes(certificate_pdf(DocumentKind.CERTIFICATE, sample))
    result_path = folder / SAMPLE_RESULT_NAME
    if not result_path.exists() and (result := debits.sample_result(platform().files)) is not None:
        result_path.write_bytes(result)
    return WalkFacts(
        site=site,
        sample_path=_as_typed(sample_path),
        result_path=_as_typed(result_path),
        sample=sample,
        sample_email=SAMPLE_CONTRACTOR.email,
        folder=_showcase(folder / MAILS, site, demo_policies(today)[0]),
        orderer_domain=parties.REGISTERED.domain,
        today=today,
    )


def _showcase(mails: Path, site: str, policy: DemoPolicy) -> ShowcaseFolder:
    row = policies.folder_of(db.session(), policy)
    number = policy.facts.policy_number
    if row is None:
        raise LookupError(number)
    mail = newest_about(mails, policy.agency.email, number)
    where = f"{site}/demo/mailbox" + (f"/{mail.number}" if mail else "")
    return ShowcaseFolder(number, viewing_url(platform().keys, row, site), where)


def _as_typed(path: Path) -> str:
    here = Path.cwd()
    return str(path.relative_to(here) if path.is_relative_to(here) else path)
