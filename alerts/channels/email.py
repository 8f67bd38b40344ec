"""Does the message reach a mailbox? By SMTP (RFC 5321), submitted or relayed."""

from datetime import datetime
from email.encoders import encode_base64
from email.header import Header
from email.mime.base import MIMEBase
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText
from email.utils import format_datetime, formataddr, parseaddr
from typing import Annotated, Literal

import aiosmtplib
from pydantic import BaseModel, ConfigDict, Field, SecretStr

from core.channel import Channel, GiveUp, Retry
from core.clock import SystemClock
from core.incident import Attachment, Message
from core.text import Text

_TRANSIENT = range(400, 500)
_AUTH = frozenset({530, 534, 535, 538})
_PLAIN = aiosmtplib.SMTPException


class EmailParams(BaseModel):
    """Where the mail server is and who we are to it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    host: Annotated[str, Text(vi="Máy chủ thư (SMTP)", en="The mail server (SMTP)")]
    port: Annotated[int, Field(ge=1, le=65535), Text(vi="Cổng của máy chủ thư", en="Its port")] = (
        587
    )
    security: Annotated[
        Literal["starttls", "tls", "none"],
        Text(
            vi='Mã hoá đường gửi: "starttls" (cổng 587), "tls" (cổng 465) hoặc "none"',
            en='Encryption: "starttls" (port 587), "tls" (port 465) or "none"',
        ),
    ] = "starttls"
    verify: Annotated[
        bool,
        Text(
            vi="Kiểm tra chứng thư của máy chủ thư",
            en="Check the mail server's certificate",
        ),
    ] = True
    ca_file: Annotated[
        str | None,
        Text(
            vi="Tệp CA của cơ quan, nếu chứng thư không do CA công cộng cấp",
            en="The agency's CA file, if no public CA signed the certificate",
        ),
    ] = None
    sender: Annotated[
        str,
        Field(pattern=r"^([^<>]*<[^@\s<>]+@[^@\s<>]+>|[^@\s<>]+@[^@\s<>]+)$"),
        Text(
            vi='Địa chỉ người gửi, ví dụ "Thông Suốt <thongsuot@tinh.gov.vn>"',
            en='The sender, such as "Thông Suốt <thongsuot@tinh.gov.vn>"',
        ),
    ]
    username: Annotated[
        str | None, Text(vi="Tên đăng nhập máy chủ thư", en="Login name at the mail server")
    ] = None
    password: Annotated[
        SecretStr | None,
        Text(vi='Mật khẩu; nên viết "secret:TÊN"', en='Password; better "secret:NAME"'),
    ] = None


def compose(params: EmailParams, message: Message, now: datetime) -> MIMEBase:
    """Return the mail: text, and HTML beside it. The id is the same on every retry.

    Written with `Header`: the newer `EmailMessage` of Python 3.11 loses the spaces where it
    breaks a long subject that is not ASCII.
    """
    plain = MIMEText(message.body, "plain", "utf-8")
    mail: MIMEBase = plain
    if message.html is not None:
        mail = MIMEMultipart("alternative", None, [plain, MIMEText(message.html, "html", "utf-8")])
    if message.attachments:
        mail = MIMEMultipart("mixed", None, [mail, *map(_attached, message.attachments)])
    name, address = parseaddr(params.sender)
    mail["From"] = formataddr((name, address))
    mail["To"] = message.to
    mail["Subject"] = Header(
        " ".join(message.subject.split()), "utf-8", header_name="Subject"
    ).encode()
    mail["Date"] = format_datetime(now)
    mail["Message-ID"] = f"<{message.id}@{_domain(params.sender)}>"
    mail["Auto-Submitted"] = "auto-generated"  # RFC 3834: no vacation notices, please
    return mail


def _attached(file: Attachment) -> MIMEBase:
    kind = file.media_type.partition(";")[0].partition("/")
    part = MIMEBase(kind[0], kind[2])
    part.set_payload(file.content)
    encode_base64(part)
    part.add_header("Content-Disposition", "attachment", filename=file.name)
    return part


async def send(params: BaseModel, message: Message, timeout: float) -> str:
    """Hand the message to the mail server and return its word."""
    if not isinstance(params, EmailParams):
        raise TypeError("these are not the parameters of e-mail")
    try:
        _, receipt = await aiosmtplib.send(
            compose(params, message, SystemClock().now()),
            hostname=params.host,
            port=params.port,
            username=params.username,
            password=params.password.get_secret_value() if params.password else None,
            use_tls=params.security == "tls",
            start_tls=params.security == "starttls",
            validate_certs=params.verify,
            cert_bundle=params.ca_file,
            timeout=timeout,
        )
    except aiosmtplib.SMTPException as refusal:
        raise _verdict(refusal) from refusal
    except (OSError, ValueError) as trouble:
        raise Retry(f"{type(trouble).__name__}: {trouble}") from trouble
    return receipt


def _verdict(refusal: aiosmtplib.SMTPException) -> Retry | GiveUp:
    if isinstance(refusal, aiosmtplib.SMTPRecipientsRefused):
        worst = max(refusal.recipients, key=lambda r: r.code)
        return _by_code(worst.code, worst.message, channel_broken=False, only_this=True)
    if isinstance(refusal, aiosmtplib.SMTPAuthenticationError):
        return _by_code(refusal.code, refusal.message, channel_broken=True)
    if isinstance(refusal, aiosmtplib.SMTPSenderRefused):
        return _by_code(refusal.code, refusal.message, channel_broken=True)
    if isinstance(refusal, aiosmtplib.SMTPResponseException):
        return _by_code(refusal.code, refusal.message, channel_broken=refusal.code in _AUTH)
    if isinstance(refusal, aiosmtplib.SMTPNotSupported) or type(refusal) is _PLAIN:
        # it offers no STARTTLS, or no way to log in: the settings and the server disagree
        return GiveUp(str(refusal), channel_broken=True)
    return Retry(f"{type(refusal).__name__}: {refusal}")


def _by_code(
    code: int, words: str, *, channel_broken: bool, only_this: bool = False
) -> Retry | GiveUp:
    said = f"{code} {words}"
    if code in _TRANSIENT or code < 0:
        return Retry(said, only_this=only_this)
    return GiveUp(said, channel_broken=channel_broken)


def _domain(sender: str) -> str:
    return sender.rpartition("@")[2].rstrip(">") or "localhost"


CHANNEL = Channel(
    name="email",
    help=Text(vi="Thư điện tử qua SMTP", en="E-mail by SMTP"),
    params=EmailParams,
    send=send,
    to="email",
)
