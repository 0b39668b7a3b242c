"""The mails about an application: its receipt, the association's notice, and the decision (A-070, A-077).

What strangers may word (the organisation's name) reaches the association alone until people have looked at it.
"""

from hoshou.base.errors import noop_gettext as N_
from hoshou.platform.mail.template import MailTemplate, MailVariable

CLOSING = """- 本メールはシステムより自動で送信されています。本メールに返信されないようお願いします。
- 本メールに心当たりがない場合は、誠に恐れ入りますが破棄していただきますようお願いいたします。

発行元: 保証証券等確認システム
"""

RECEIPT = MailVariable("RECEIPT", N_("受付番号"), "ABCD-EFGH-JKLM", required=True)
KIND = MailVariable("KIND", N_("申請の種類"), "追加")
DOMAIN = MailVariable("DOMAIN", N_("ドメイン"), "city.example.lg.jp")
ORGANISATION = MailVariable("ORGANISATION", N_("団体・組織名"), "見本市 契約課")

RECEIPT_MAIL = MailTemplate(
    key="domains.receipt",
    title=N_("ドメイン申請の受付（申請者宛て）"),
    subject="【保証証券等確認システム】ドメイン申請の受付（受付番号: $RECEIPT）",
    body=f"""【保証証券等確認システム】ドメイン申請の受付

発注者さま

下記のドメインの申請を受け付けました。

受付番号: $RECEIPT
申請の種類: $KIND
ドメイン: $DOMAIN
登録予定: $EXPECTED

登録には、日本損害保険協会および損害保険会社の承認が必要です。承認の可否は、あらためてメールでお知らせします。
申請の状況は、受付番号とメールアドレスで確認できます。

$STATUS_URL

{CLOSING}""",
    variables=(
        RECEIPT,
        KIND,
        DOMAIN,
        MailVariable("EXPECTED", N_("登録予定の時期"), "2026年5月下旬"),
        MailVariable("STATUS_URL", N_("申請状況の確認ページ"), "https://example.jp/domains/status"),
    ),
)

NOTICE_MAIL = MailTemplate(
    key="domains.notice",
    title=N_("ドメイン申請の受付（協会宛て）"),
    subject="【保証証券等確認システム】ドメイン申請がありました（受付番号: $RECEIPT）",
    body="""【保証証券等確認システム】ドメイン申請がありました

受付番号: $RECEIPT
申請の種類: $KIND
ドメイン: $DOMAIN
団体・組織名: $ORGANISATION
登録予定: $EXPECTED

保証証券等確認システムにログインし、申請の内容を確認してください。

発行元: 保証証券等確認システム
""",
    variables=(
        RECEIPT,
        KIND,
        DOMAIN,
        ORGANISATION,
        MailVariable("EXPECTED", N_("登録予定の時期"), "2026年5月下旬"),
    ),
)

APPROVED_MAIL = MailTemplate(
    key="domains.approved",
    title=N_("ドメイン申請の承認（申請者宛て）"),
    subject="【保証証券等確認システム】ドメイン申請の承認のお知らせ（受付番号: $RECEIPT）",
    body=f"""【保証証券等確認システム】ドメイン申請の承認のお知らせ

$ORGANISATION さま

下記の申請が承認され、本システムへの登録が完了しました。

受付番号: $RECEIPT
申請の種類: $KIND
ドメイン: $DOMAIN
登録日: $REGISTERED_ON

追加・変更の場合は、登録日から新しいドメインのメールアドレスで証券等をダウンロードできます。
変更・削除の場合、以前のドメインのメールアドレスではダウンロードできなくなりました。

{CLOSING}""",
    variables=(
        RECEIPT,
        KIND,
        DOMAIN,
        ORGANISATION,
        MailVariable("REGISTERED_ON", N_("登録日（利用開始日）"), "2026/05/25", required=True),
    ),
)

REJECTED_MAIL = MailTemplate(
    key="domains.rejected",
    title=N_("ドメイン申請の却下（申請者宛て）"),
    subject="【保証証券等確認システム】ドメイン申請の結果のお知らせ（受付番号: $RECEIPT）",
    body=f"""【保証証券等確認システム】ドメイン申請の結果のお知らせ

$ORGANISATION さま

下記の申請は、承認されませんでした。

受付番号: $RECEIPT
申請の種類: $KIND
ドメイン: $DOMAIN
理由: $REASON

ご不明な点は、一般社団法人 日本損害保険協会 業務企画部 地震・火災・新種グループへお問い合わせください。
E-MAIL : $CONTACT

{CLOSING}""",
    variables=(
        RECEIPT,
        KIND,
        DOMAIN,
        ORGANISATION,
        MailVariable("REASON", N_("理由"), "申請されたドメインを確認できませんでした。", required=True),
        MailVariable("CONTACT", N_("申請先のメールアドレス"), "syouken-kakunin@sonpo.or.jp"),
    ),
)

MAILS = (RECEIPT_MAIL, NOTICE_MAIL, APPROVED_MAIL, REJECTED_MAIL)
