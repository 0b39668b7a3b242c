"""The automatic mails of an upload: the URL to the contractor, apart from it the password to the uploader.

Sender and subject of the URL mail are the manual's (A-024 to A-026); the password mail is D-08's. No mail
goes to the orderer (A-027), and none carries the password to the contractor (A-030).
"""

from sqlalchemy.orm import Session

from hoshou.base.clock import Clock
from hoshou.base.errors import noop_gettext as N_
from hoshou.platform.actor import Actor
from hoshou.platform.keys import KeyRing
from hoshou.platform.mail.outbox import queue
from hoshou.platform.mail.template import MailTemplate, MailVariable
from hoshou.platform.subject import Subject
from hoshou.plugins.bonds.models import BondFolder
from hoshou.plugins.bonds.services.url import viewing_url

COMPANY = MailVariable("COMPANY_NAME", N_("保険会社名"), "三井住友海上火災保険株式会社")
POLICY = MailVariable("POLICY_NO", N_("証券番号"), "A123456789")
CONTRACTOR = MailVariable("CONTRACTOR_NAME", N_("受注者名"), "見本建設株式会社")
PROJECT = MailVariable("PROJECT_NAME", N_("工事名"), "見本橋補修工事")
URL = MailVariable("VIEW_URL", N_("閲覧用URL"), "https://example.jp/v/…", required=True, secret=True)
PASSWORD = MailVariable("PASSWORD", N_("閲覧用パスワード"), "ABCD-EFGH-JKLM", required=True, secret=True)
FILES = MailVariable("FILES", N_("ファイル名"), "証券.pdf", required=True)
FOUND = MailVariable("FOUND", N_("検出されたもの"), "Win.Test.EICAR_HDB-1")

URL_SUBJECT = (
    "【保証証券等確認システム】証券等閲覧用URLのご案内（保険会社名：$COMPANY_NAME、証券番号：$POLICY_NO）"
)
PASSWORD_SUBJECT = (
    "【保証証券等確認システム】閲覧用パスワードのご案内（保険会社名：$COMPANY_NAME、証券番号：$POLICY_NO）"
)
CLOSING = """
・本メールはシステムより自動で送信されています。本メールに返信されないようお願いします。
・本メールに心当たりがない場合は、誠に恐れ入りますが破棄していただきますようお願いいたします。

発行元: 保証証券等確認システム
"""

URL_MAIL = MailTemplate(
    key="bonds.viewing_url",
    title=N_("証券等閲覧用URLのご案内（受注者さま宛て）"),
    subject=URL_SUBJECT,
    body="""$CONTRACTOR_NAME 御中

証券等のPDFが登録されましたので、閲覧用URLをご案内します。

工事名: $PROJECT_NAME
閲覧用URL: $VIEW_URL

・閲覧用パスワードは、契約の取扱代理店または損害保険会社から「発注者提出用フォーマット」でお受け取りください。
・閲覧用URLと閲覧用パスワードは、「発注者提出用フォーマット」を使用して発注者さまへお伝えください。
"""
    + CLOSING,
    variables=(COMPANY, POLICY, CONTRACTOR, PROJECT, URL),
)

URL_MAIL_ADDED = MailTemplate(
    key="bonds.viewing_url_added",
    title=N_("追加アップロードのご案内（受注者さま宛て）"),
    subject=URL_SUBJECT,
    body="""$CONTRACTOR_NAME 御中

証券等のPDFが追加で登録されました（追加アップロード）。閲覧用URLに変更はありません。
閲覧用パスワードは変更されています。

工事名: $PROJECT_NAME
閲覧用URL: $VIEW_URL

・変更後の閲覧用パスワードは、契約の取扱代理店または損害保険会社から「発注者提出用フォーマット」でお受け取りください。
・変更後の閲覧用パスワードは、「発注者提出用フォーマット」を使用して発注者さまへお伝えください。
"""
    + CLOSING,
    variables=(COMPANY, POLICY, CONTRACTOR, PROJECT, URL),
)

PASSWORD_MAIL = MailTemplate(
    key="bonds.viewing_password",
    title=N_("閲覧用パスワードのご案内（アップロードした方宛て）"),
    subject=PASSWORD_SUBJECT,
    body="""アップロードした証券等の閲覧用パスワードをご案内します。

保険会社名: $COMPANY_NAME
証券番号: $POLICY_NO
受注者名: $CONTRACTOR_NAME
工事名: $PROJECT_NAME
閲覧用パスワード: $PASSWORD

・受注者さまへは、「発注者提出用フォーマット」でこの閲覧用パスワードをお伝えください。
・以前の閲覧用パスワードは無効になりました。
"""
    + CLOSING,
    variables=(COMPANY, POLICY, CONTRACTOR, PROJECT, PASSWORD),
)

WITHDRAWN_MAIL = MailTemplate(
    key="bonds.upload_withdrawn",
    title=N_("アップロード取消のお知らせ（アップロードした方宛て）"),
    subject=(
        "【保証証券等確認システム】アップロード取消のお知らせ（保険会社名：$COMPANY_NAME、証券番号：$POLICY_NO）"
    ),
    body="""アップロードされたファイルから、ウイルスなどの不正なプログラムが検出されました。
このため、アップロードを取り消し、ファイルを削除しました。受注者さまへのメールは送信していません。

保険会社名: $COMPANY_NAME
証券番号: $POLICY_NO
ファイル: $FILES
検出されたもの: $FOUND

・お使いのパソコンを検査し、ファイルを作成し直したうえで、もう一度アップロードしてください。
"""
    + CLOSING,
    variables=(COMPANY, POLICY, FILES, FOUND),
)

MAILS = (URL_MAIL, URL_MAIL_ADDED, PASSWORD_MAIL, WITHDRAWN_MAIL)


def send_url(
    session: Session,
    clock: Clock,
    keys: KeyRing,
    actor: Actor,
    folder: BondFolder,
    public_url: str,
    *,
    added: bool,
) -> None:
    """Queue the URL mail to the contractor; an added upload says so (D-43)."""
    values = _facts(folder) | {"VIEW_URL": viewing_url(keys, folder, public_url)}
    template = URL_MAIL_ADDED if added else URL_MAIL
    queue(
        session, clock, keys, actor, template, folder.contractor_email, values, about=("bonds_folder", folder.id)
    )


def send_password(
    session: Session,
    clock: Clock,
    keys: KeyRing,
    actor: Actor,
    folder: BondFolder,
    password: str,
    uploader: Subject,
) -> None:
    """Queue the password mail to who uploaded, never to the contractor (A-030)."""
    values = _facts(folder) | {"PASSWORD": password}
    queue(session, clock, keys, actor, PASSWORD_MAIL, uploader.email, values, about=("bonds_folder", folder.id))


def _facts(folder: BondFolder) -> dict[str, str]:
    return {
        "COMPANY_NAME": folder.insurer.name,
        "POLICY_NO": folder.policy_number,
        "CONTRACTOR_NAME": folder.contractor_name,
        "PROJECT_NAME": folder.project_name,
    }
