"""`hoshou demo` as a stranger runs it: one command, a printed walk, and each step of the walk over the network."""

import re
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from webtest import TestApp, Upload

from hoshou.base.clock import FixedClock
from hoshou.plugins.demo.rules.accounts import ACCOUNTS, AGENCY_ACCOUNTS, PASSWORD, DemoAccount
from hoshou.plugins.demo.rules.debits import SAMPLE_RESULT_NAME
from hoshou.plugins.demo.rules.portfolio import demo_policies
from hoshou.plugins.demo.rules.sample import SAMPLE_CONTRACTOR, SAMPLE_NAME, sample_certificate
from hoshou.plugins.demo.services.data_folder import open_data_folder
from hoshou.plugins.demo.services.parties import REGISTERED
from tests.conftest import NOON
from tests.platform.test_serve import HOSHOU, PATIENCE, free_port, wait_until
from tests.plugins.demo.remote import remote_browser

SEEDING = 400
VIEWING_PASSWORD = r"閲覧用パスワード: ([0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4})"
ORDERER = f"keiyaku@{REGISTERED.domain}"


@contextmanager
def demo(folder: Path, port: int) -> Iterator[str]:
    """A running demo; gives what it has printed. It must end well with Ctrl-C."""
    printed, errors = folder / "printed.txt", folder / "errors.txt"
    with printed.open("wb") as output, errors.open("wb") as trouble:
        process = subprocess.Popen(
            [*HOSHOU, "demo", "--port", str(port), "--data-dir", str(folder / "demo")],
            stdout=output,
            stderr=trouble,
        )
    try:
        deadline = time.monotonic() + SEEDING
        while "Ctrl-C" not in printed.read_text():
            assert process.poll() is None, errors.read_text()
            assert time.monotonic() < deadline
            time.sleep(0.5)
        yield printed.read_text()
    finally:
        process.send_signal(signal.SIGINT)
        assert process.wait(PATIENCE) == 0


def newest_mail(browser: TestApp, recipient: str, words: str) -> str:
    """The text of the newest mail to the recipient whose subject has the words; waits for its delivery."""

    def matching() -> list[str]:
        page = browser.get("/demo/mailbox", {"to": recipient})
        links = page.html.find("main").find_all("a", href=re.compile(r"^/demo/mailbox/\d+$"))
        return [link["href"] for link in links if words in link.text]

    wait_until(matching)
    return str(browser.get(matching()[0]).html.find("main").get_text())


def log_in(port: int, account: DemoAccount) -> TestApp:
    browser = remote_browser(port)
    form = next(form for form in browser.get("/login/").forms.values() if "username" in form.fields)
    form["username"], form["password"] = account.username, PASSWORD
    form.submit().follow()
    return browser


def look_at_the_seeded_folder(port: int, walk: str) -> None:
    browser = remote_browser(port)
    url = re.findall(rf"http://127\.0\.0\.1:{port}(/v/\S+)", walk)[0]
    mail = re.findall(rf"http://127\.0\.0\.1:{port}(/demo/mailbox/\d+)", walk)[0]
    found = re.search(VIEWING_PASSWORD, browser.get(mail).text)
    assert found
    form = next(form for form in browser.get(url).forms.values() if "password" in form.fields)
    form["password"] = found[1]
    page = form.submit().follow()
    for word in ("証券別紙・付属資料", "契約内容変更のお知らせ"):
        assert word in page


def upload_the_sample(port: int, folder: Path) -> str:
    """As the first agency; returns the policy number."""
    today = open_data_folder(folder, FixedClock(NOON), fresh=False)
    sample = sample_certificate(today)
    browser = log_in(port, AGENCY_ACCOUNTS[0])
    form = next(form for form in browser.get("/bonds/upload/").forms.values() if "policy_number" in form.fields)
    form["insurer_id"].select(text=sample.insurer)
    form["contract_type"].select(text=sample.contract_type.value)
    for name, value in {
        "policy_number": sample.policy_number,
        "contract_date": sample.contracted_on.isoformat(),
        "insurance_start": sample.insured_from.isoformat(),
        "insurance_end": sample.insured_to.isoformat(),
        "project_name": sample.project_name,
        "contractor_name": sample.contractor,
        "contractor_email": SAMPLE_CONTRACTOR.email,
        "contractor_email_again": SAMPLE_CONTRACTOR.email,
    }.items():
        form[name] = value
    form["files"] = [Upload(SAMPLE_NAME, (folder / SAMPLE_NAME).read_bytes(), "application/pdf")]
    form.submit().follow()
    assert sample.policy_number in browser.get("/bonds/folders/list/")
    assert sample.policy_number not in log_in(port, AGENCY_ACCOUNTS[1]).get("/bonds/folders/list/")
    assert demo_policies(today)[0].facts.policy_number != sample.policy_number
    return sample.policy_number


def download_as_the_orderer(port: int, policy_number: str) -> bytes:
    browser = remote_browser(port)
    url = re.search(r"http://\S+/v/\S+", newest_mail(browser, SAMPLE_CONTRACTOR.email, policy_number))
    password = re.search(VIEWING_PASSWORD, newest_mail(browser, AGENCY_ACCOUNTS[0].email, policy_number))
    assert url
    assert password
    form = next(form for form in browser.get("/orderer").forms.values() if "email" in form.fields)
    form["email"], form["url"], form["password"] = ORDERER, url[0], password[1]
    page = form.submit().follow()
    code = re.search(r"\b\d{8}\b", newest_mail(browser, ORDERER, policy_number))
    assert code
    form = next(form for form in page.forms.values() if "otp" in form.fields)
    form["otp"] = code[0]
    preview = form.submit().follow()
    link = preview.html.find("a", href=re.compile("/download$"))
    return bytes(browser.get(link["href"]).body)


def release_the_run_and_import_its_result(port: int, folder: Path) -> None:
    """As the second person of the association; the scheduler checks the file and posts it."""
    [second] = [account for account in ACCOUNTS if account.username == "group2"]
    browser = log_in(port, second)
    runs = browser.get("/debits/runs/list/").html.find("main")
    address = runs.find("a", href=re.compile(r"^/debits/runs/show/\d+$"))["href"]
    page = browser.get(address)
    for form in page.forms.values():
        if form.action.endswith("/release"):
            page = form.submit().follow()
    form = next(form for form in page.forms.values() if form.action.endswith("/result"))
    form["file"] = Upload("result.txt", (folder / SAMPLE_RESULT_NAME).read_bytes(), "text/plain")
    form.submit().follow()
    wait_until(lambda: "件を反映しました" in browser.get(address))
    assert "資金不足（1）" in browser.get(address)


@pytest.mark.slow
@pytest.mark.timeout(800)
@pytest.mark.req("P-020", "A-013", "A-024", "A-042", "P-007", "B-067", "B4", "B5")
def test_a_stranger_can_follow_the_walk_and_start_again_at_once(tmp_path: Path) -> None:
    port, folder = free_port(), tmp_path / "demo"
    site = f"http://127.0.0.1:{port}"
    with demo(tmp_path, port) as walk:
        for needed in (f"{site}/login/", f"{site}/orderer", f"{site}/demo/mailbox", "agency1", PASSWORD, ORDERER):
            assert needed in walk
        look_at_the_seeded_folder(port, walk)
        policy_number = upload_the_sample(port, folder)
        assert download_as_the_orderer(port, policy_number) == (folder / SAMPLE_NAME).read_bytes()
        release_the_run_and_import_its_result(port, folder)
        taken = subprocess.run(
            [*HOSHOU, "demo", "--port", str(port), "--data-dir", str(tmp_path / "other")],
            capture_output=True,
            timeout=60,
            check=False,
        )
        assert taken.returncode == 1
        assert "--port" in taken.stderr.decode()
        assert not (tmp_path / "other").exists()

    began = time.monotonic()
    with demo(tmp_path, port) as again:
        assert time.monotonic() - began < 40
        assert again == walk
