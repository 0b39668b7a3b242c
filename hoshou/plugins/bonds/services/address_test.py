"""テストメール送信: whether the contractor's address is right, before anything secret goes there (A-017)."""

from datetime import timedelta

from sqlalchemy.orm import Session

from hoshou.base.clock import Clock
from hoshou.base.errors import noop_gettext as N_
from hoshou.platform import throttle
from hoshou.platform.actor import Actor
from hoshou.platform.keys import KeyRing
from hoshou.platform.mail.outbox import queue
from hoshou.platform.mail.template import MailTemplate, MailVariable
from hoshou.platform.subject import Subject
from hoshou.platform.throttle import Limit
from hoshou.plugins.bonds.rules.request import UploadForm, contractor_address
from hoshou.plugins.bonds.services.scope import require_uploader

TRIES = 20
WINDOW = timedelta(hours=1)

TEST_MAIL = MailTemplate(
    key="bonds.test_mail",
    title=N_("テストメール（受注者さま宛て）"),
    subject="【保証証券等確認システム】テストメール（メールアドレスの確認）",
    body="""このメールは、メールアドレスを確認するためのテストメールです。

送信元: $SENDER_NAME

このメールアドレスへ、後日、証券等の閲覧用URLをお送りする予定です。
このメールが届いたことを、契約の取扱代理店または損害保険会社へお知らせください。

・本メールはシステムより自動で送信されています。本メールに返信されないようお願いします。
・本メールに心当たりがない場合は、誠に恐れ入りますが破棄していただきますようお願いいたします。

発行元: 保証証券等確認システム
""",
    variables=(
        MailVariable("SENDER_NAME", N_("代理店または損害保険会社の名称"), "見本損害保険代理店", required=True),
    ),
)


def send_test_mail(
    session: Session, clock: Clock, keys: KeyRing, actor: Actor, subject: Subject, form: UploadForm
) -> str:
    """Queue a mail that holds neither URL nor password; returns the address it goes to.

    Raises Invalid when the two addresses differ, Forbidden for who may not upload, TooManyTries after 20 an hour.
    """
    require_uploader(subject)
    address = contractor_address(form)
    throttle.reserve(session, clock, Limit(f"test-mail/{subject.user_id}", TRIES, WINDOW))
    values = {"SENDER_NAME": subject.organisation_name}
    queue(session, clock, keys, actor, TEST_MAIL, address, values, about=("bonds_test_mail", subject.user_id))
    return address
