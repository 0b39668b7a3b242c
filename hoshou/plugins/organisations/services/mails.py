"""The mail that brings staff their one-time link."""

from hoshou.base.errors import noop_gettext as N_
from hoshou.platform.mail.template import MailTemplate, MailVariable

INVITATION_MAIL = MailTemplate(
    key="staff.invitation",
    title=N_("パスワード設定のご案内（スタッフ宛て）"),
    subject="【保証証券等確認システム】パスワード設定のご案内",
    body="""【保証証券等確認システム】パスワード設定のご案内

$USER_NAME さま

保証証券等確認システムの利用者ID「$USER_ID」のパスワードを、下記のページで設定してください。

$LINK

- このリンクは、$EXPIRATION_TIME まで1回限り有効です。
- 本メールはシステムより自動で送信されています。本メールに返信されないようお願いします。
- 本メールに心当たりがない場合は、誠に恐れ入りますが破棄していただきますようお願いいたします。

発行元: 保証証券等確認システム
""",
    variables=(
        MailVariable("USER_NAME", N_("氏名"), "損保 太郎"),
        MailVariable("USER_ID", N_("利用者ID"), "sonpo.taro"),
        MailVariable(
            "LINK",
            N_("パスワード設定用のリンク"),
            "https://example.jp/staff/link/Xy12",
            required=True,
            secret=True,
        ),
        MailVariable("EXPIRATION_TIME", N_("リンクの有効日時"), "2026/04/16 12:00", required=True),
    ),
)
