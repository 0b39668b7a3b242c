"""Flask-Mail, with what it lacks: time limits, checked TLS, and subjects that arrive to the letter."""

import smtplib
import ssl
from email.charset import BASE64, Charset
from email.header import Header
from email.mime.base import MIMEBase
from email.mime.text import MIMEText
from email.policy import compat32
from types import TracebackType

from flask_mail import Connection, Mail, Message

TIMEOUT_SECONDS = 20
"""For each step of the dialogue; none waits for ever."""

UTF8 = Charset("utf-8")
UTF8.body_encoding = BASE64
NOT_REFOLDED = compat32.clone(linesep="\r\n")


class OutgoingMessage(Message):
    """A plain text mail in 7-bit lines.

    The standard library's folding of headers loses or adds spaces between encoded words; here the subject
    is encoded as a whole and isn't folded again.
    """

    def __init__(self, subject: str, recipient: str, body: str, message_id: str, date: float) -> None:
        super().__init__(subject=subject, recipients=[recipient], body=body, date=date)
        self.msgId = message_id

    def _mimetext(self, text: str | None, subtype: str = "plain") -> MIMEText:
        return MIMEText((text or "").replace("\n", "\r\n"), subtype, UTF8)  # type: ignore[arg-type]

    def _message(self) -> MIMEBase:
        message: MIMEBase = super()._message()
        message.policy = NOT_REFOLDED
        del message["Subject"]
        message["Subject"] = Header(self.subject, "utf-8", header_name="Subject")  # type: ignore[assignment]
        return message


class OutgoingConnection(Connection):
    """An SMTP connection that gives up in time and believes no unknown certificate."""

    def configure_host(self) -> smtplib.SMTP | smtplib.SMTP_SSL:
        settings = self.mail
        host: smtplib.SMTP | smtplib.SMTP_SSL
        if settings.use_ssl:
            host = smtplib.SMTP_SSL(
                settings.server, settings.port, timeout=TIMEOUT_SECONDS, context=ssl.create_default_context()
            )
        else:
            host = smtplib.SMTP(settings.server, settings.port, timeout=TIMEOUT_SECONDS)
        try:
            if settings.use_tls:
                host.starttls(context=ssl.create_default_context())
            if settings.username and settings.password:
                host.login(settings.username, settings.password)
        except BaseException:
            host.close()
            raise
        return host

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc_value: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if self.host is None:
            return
        try:
            self.host.quit()
        except (OSError, smtplib.SMTPException):
            # Whatever was accepted is accepted; a lost farewell changes nothing.
            self.host.close()


class OutgoingMail(Mail):
    """Flask-Mail's extension with connections of the above kind."""

    def connect(self) -> OutgoingConnection:
        """A connection for the running application's mail settings."""
        connection: Connection = super().connect()
        return OutgoingConnection(connection.mail)


mail = OutgoingMail()
