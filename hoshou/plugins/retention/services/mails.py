"""The mails around a deletion: announced to its keepers, reported to the association."""

from hoshou.base.errors import noop_gettext as N_
from hoshou.platform.mail.template import MailTemplate, MailVariable

TITLE = "【保証証券等確認システム】"
CLOSING = """
・本メールはシステムより自動で送信されています。本メールに返信されないようお願いします。

発行元: 保証証券等確認システム
"""

NOTICE_MAIL = MailTemplate(
    key="retention.notice",
    title=N_("保存期間終了の予告（代理店・損害保険会社宛て）"),
    subject=f"{TITLE}証券等の削除予定のお知らせ（$DAYS日前、$COUNT件）",
    body="""$ORGANISATION_NAME ご担当者さま

保険終期から3年が経過する証券等が、$DAYS日以内に自動的に削除されます。
削除後は、受注者さまも発注者さまも保証証券等確認システムで確認できなくなります。

件数: $COUNT件
最初の削除日: $FIRST_DAY
証券番号: $POLICY_NUMBERS

一覧: $LIST_URL

・保険期間を延長した契約は、追加アップロードを行うと、新しい保険終期から3年間保存されます。
"""
    + CLOSING,
    variables=(
        MailVariable("ORGANISATION_NAME", N_("代理店または損害保険会社の名称"), "見本損害保険代理店"),
        MailVariable("DAYS", N_("削除までの日数"), "30", required=True),
        MailVariable("COUNT", N_("件数"), "2", required=True),
        MailVariable("FIRST_DAY", N_("最初の削除日"), "2029/04/01", required=True),
        MailVariable("POLICY_NUMBERS", N_("証券番号（先頭の50件）"), "A123456789、A123456790"),
        MailVariable("LIST_URL", N_("一覧の画面"), "https://example.jp/retention/"),
    ),
)

REPORT_MAIL = MailTemplate(
    key="retention.report",
    title=N_("削除結果の報告（損保協会宛て）"),
    subject=f"{TITLE}保存期間が終了した証券等の削除結果（$COUNT件、$PART）",
    body="""保険終期から3年が経過した証券等を削除しました。

件数: $COUNT件
この報告: $PART
保険会社と証券番号: $POLICY_NUMBERS
"""
    + CLOSING,
    variables=(
        MailVariable("COUNT", N_("削除した件数"), "2", required=True),
        MailVariable("PART", N_("分割した報告の何通目か"), "1/1"),
        MailVariable(
            "POLICY_NUMBERS", N_("保険会社と証券番号"), "三井住友海上 A123456789、三井住友海上 A123456790"
        ),
    ),
)

MAILS = (NOTICE_MAIL, REPORT_MAIL)
