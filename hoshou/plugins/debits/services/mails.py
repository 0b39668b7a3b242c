"""The mail that tells a prefecture association of a contact to make. It names no account (B6)."""

from hoshou.base.errors import noop_gettext as N_
from hoshou.platform.mail.template import MailTemplate, MailVariable

CONTACT_MAIL = MailTemplate(
    key="debits.contact",
    title=N_("振替不能のご連絡依頼（都道府県警備業協会宛て）"),
    subject="【ガードくん賠償責任保険】口座振替不能のご連絡のお願い（会員番号：$MEMBER_NUMBER）",
    body="""$PREFECTURE ご担当者さま

下記の加盟員さまの口座振替ができませんでした。
ガードくん賠償責任保険加入管理システムの「振替不能のご連絡」の画面で内容をご確認のうえ、加盟員さまへご案内ください。

加盟員: $MEMBER
会員番号: $MEMBER_NUMBER
振替日: $DEBIT_DATE
振替できなかった金額: $AMOUNT円

ご連絡が取れない場合は、同じ画面から「連絡が取れない」を登録してください。担当課支社へご連絡します。

・本メールはシステムより自動で送信されています。本メールに返信されないようお願いします。

発行元: 一般社団法人 全国警備業協会
""",
    variables=(
        MailVariable("PREFECTURE", N_("都道府県警備業協会の名称"), "一般社団法人 東京都警備業協会"),
        MailVariable("MEMBER", N_("加盟員の名称"), "見本警備株式会社", required=True),
        MailVariable("MEMBER_NUMBER", N_("会員番号"), "13-00001"),
        MailVariable("DEBIT_DATE", N_("振替日"), "2026/08/12", required=True),
        MailVariable("AMOUNT", N_("振替できなかった金額（円）"), "5,460", required=True),
    ),
)

MAILS = (CONTACT_MAIL,)
