"""The one-time password mail, to the letter of manual 5.(1) ウ (A-048 to A-050)."""

from hoshou.base.errors import noop_gettext as N_
from hoshou.platform.mail.template import MailTemplate, MailVariable

TITLE = "【保証証券等確認システム】ワンタイムパスワードのご案内"

OTP_MAIL = MailTemplate(
    key="orderer.otp",
    title=N_("ワンタイムパスワードのご案内（発注者さま宛て）"),
    subject=f"{TITLE} (保険会社名: $COMPANY_NAME、証券番号: $POLICY_NO)",
    body=f"""{TITLE}
(保険会社名: $COMPANY_NAME、証券番号: $POLICY_NO)

発注者さま
ワンタイムパスワード認証画面に下記のパスワードを入力してください。

ワンタイムパスワード: $PASSWORD

- このワンタイムパスワードは、$EXPIRATION_TIME まで有効です。有効期限を過ぎた場合、再度ワンタイムパスワードの発行が必要になりますのでご注意ください。
- このワンタイムパスワードは1回限り利用可能です。
- 本メールはシステムより自動で送信されています。本メールに返信されないようお願いします。
- 本メールに心当たりがない場合は、誠に恐れ入りますが破棄していただきますようお願いいたします。

発行元: 保証証券等確認システム
""",  # noqa: E501
    variables=(
        MailVariable("COMPANY_NAME", N_("保険会社名"), "三井住友海上火災保険株式会社"),
        MailVariable("POLICY_NO", N_("該当PDFファイルの証券番号"), "A123456789"),
        MailVariable("PASSWORD", N_("認証用のOTP"), "12345678", required=True, secret=True),
        MailVariable("EXPIRATION_TIME", N_("ワンタイムパスワードの有効日時"), "2026/04/15 12:30", required=True),
    ),
)
