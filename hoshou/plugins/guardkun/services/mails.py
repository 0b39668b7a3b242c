"""The mails of the way to booking."""

from hoshou.base.errors import noop_gettext as N_
from hoshou.platform.mail.template import MailTemplate, MailVariable

TITLE = "【ガードくん賠償責任保険】"
CLOSING = """
・本メールはシステムより自動で送信されています。本メールに返信されないようお願いします。
・ご不明な点は、所属保険会社の担当課へご照会ください。
"""

SLIDE_MAIL = MailTemplate(
    key="guardkun.slide",
    title=N_("募集締切のスライドのお知らせ（代理店宛て）"),
    subject=f"{TITLE}第$CLOSING回募集締切へのスライドのお知らせ（送付状番号：$SLIP）",
    body="""$AGENCY ご担当者さま

次の申込は、本登録と加入申込書類一式がそろった日時が前の締切を過ぎたため、第$CLOSING回の計上となります。

送付状番号: $SLIP
加入者: $MEMBER
保険始期: $START
そろった日時: $COMPLETE
加入者証のお届け予定: $DUE 頃
"""
    + CLOSING,
    variables=(
        MailVariable("AGENCY", N_("代理店の名称"), "見本損害保険代理店"),
        MailVariable("CLOSING", N_("何回目の締切か"), "二", required=True),
        MailVariable("SLIP", N_("送付状番号"), "S2026-000001", required=True),
        MailVariable("MEMBER", N_("加入者の名称"), "見本警備株式会社"),
        MailVariable("START", N_("保険始期"), "2026/06/01", required=True),
        MailVariable("COMPLETE", N_("本登録と書類がそろった日時"), "2026/04/30 17:00"),
        MailVariable("DUE", N_("加入者証のお届け予定日"), "2026/06/30"),
    ),
)

MAILS = (SLIDE_MAIL,)
