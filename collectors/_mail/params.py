"""What may be set for mail."""

from typing import Annotated, Literal

from pydantic import Field, StringConstraints, model_validator

from collectors._tls.params import ServerName, TlsParams
from core.model import Slug

Security = Literal["tls", "starttls", "none"]
MailProtocol = Literal["imap", "pop3"]
Address = Annotated[
    str, StringConstraints(max_length=254, pattern=r"^[^@\s<>\x00-\x1f\x7f]+@[^@\s<>\x00-\x1f]+$")
]
Login = Annotated[str, StringConstraints(max_length=200, pattern=r"^[^\x00-\x1f\x7f]+$")]
LoginName = Annotated[
    Login | None,
    Field(
        description="User name, if the secret is the password alone",
        json_schema_extra={"vi": "Tên đăng nhập, nếu bí mật chỉ là mật khẩu"},
    ),
]
Hello = Annotated[
    str,
    Field(
        max_length=253,
        pattern=r"^[A-Za-z0-9.\-\[\]:]+$",
        description="Name under which we greet the server",
        json_schema_extra={"vi": "Tên ta xưng khi chào máy chủ"},
    ),
]
NOBODY = "thongsuot.invalid"  # greets where no name was given
USUAL = {
    ("smtp", "tls"): 465,
    ("smtp", "starttls"): 587,
    ("smtp", "none"): 25,
    ("imap", "tls"): 993,
    ("imap", "starttls"): 143,
    ("imap", "none"): 143,
    ("pop3", "tls"): 995,
    ("pop3", "starttls"): 110,
    ("pop3", "none"): 110,
}


class SmtpParams(TlsParams):
    """What may be set for SMTP."""

    port: int = Field(
        default=25,
        ge=1,
        le=65535,
        description="TCP port: 25 between servers, 587 with STARTTLS or 465 with TLS for senders",
        json_schema_extra={
            "vi": "Cổng TCP: 25 giữa các máy chủ, 587 (STARTTLS) hoặc 465 (TLS) cho người gửi"
        },
    )
    security: Security = Field(
        default="starttls",
        description="tls from the beginning, starttls, or none",
        json_schema_extra={"vi": "tls ngay từ đầu, starttls, hoặc none (không mã hoá)"},
    )
    server_name: ServerName = None
    user: LoginName = None
    hello: Hello = NOBODY
    banner: str | None = Field(
        default=None,
        max_length=200,
        description="Text that the greeting must contain",
        json_schema_extra={"vi": "Nội dung lời chào phải có"},
    )
    sender: Address | None = Field(
        default=None,
        description="Sender of the envelope that is offered",
        json_schema_extra={"vi": "Người gửi trên phong bì đem hỏi"},
    )
    recipient: Address | None = Field(
        default=None,
        description="Recipient that must be accepted; asked for, nothing is sent",
        json_schema_extra={"vi": "Người nhận phải được chấp nhận; chỉ hỏi, không gửi thư"},
    )
    must_refuse: Address | None = Field(
        default=None,
        description="Recipient that must be refused (an open relay accepts it); nothing is sent",
        json_schema_extra={
            "vi": "Người nhận phải bị từ chối (máy chủ mở relay sẽ chấp nhận); không gửi thư"
        },
    )
    deliver: bool = Field(
        default=False,
        description="Really send a short letter to the recipient at every look",
        json_schema_extra={"vi": "Gửi thật một thư ngắn tới người nhận mỗi lần kiểm tra"},
    )

    @model_validator(mode="after")
    def _is_whole(self) -> "SmtpParams":
        if (self.recipient or self.must_refuse) and self.sender is None:
            raise ValueError("recipient and must_refuse need a sender")
        if self.deliver and self.recipient is None:
            raise ValueError("deliver needs a recipient")
        return self


class MailboxParams(TlsParams):
    """What may be set for a mailbox."""

    protocol: MailProtocol = Field(
        default="imap",
        description="imap or pop3",
        json_schema_extra={"vi": "imap hoặc pop3"},
    )
    port: int | None = Field(
        default=None,
        ge=1,
        le=65535,
        description="TCP port; none: the usual one (993, 143, 995, 110)",
        json_schema_extra={"vi": "Cổng TCP; trống: cổng thường dùng (993, 143, 995, 110)"},
    )
    security: Security = Field(
        default="tls",
        description="tls from the beginning, starttls, or none",
        json_schema_extra={"vi": "tls ngay từ đầu, starttls, hoặc none (không mã hoá)"},
    )
    server_name: ServerName = None
    user: LoginName = None
    folder: str = Field(
        default="INBOX",
        max_length=200,
        pattern=r"^[\x20-\x7e]+$",
        description="Folder that is looked into (IMAP), as the server names it",
        json_schema_extra={"vi": "Thư mục cần xem (IMAP), theo tên máy chủ đặt"},
    )
    max_used: float | None = Field(
        default=None,
        gt=0,
        le=1,
        description="Share of the quota (0…1) that may be used",
        json_schema_extra={"vi": "Phần hạn mức (0…1) được phép dùng"},
    )

    @property
    def at_port(self) -> int:
        """Return the port that is asked."""
        return self.port or USUAL[self.protocol, self.security]


class RoundtripParams(TlsParams):
    """What may be set for a letter there and back."""

    sender: Address = Field(
        description="From: the robot's own address, to which bounces go",
        json_schema_extra={"vi": "Người gửi: địa chỉ của robot, thư trả lại sẽ về đây"},
    )
    recipient: Address = Field(
        description="To: an address whose letters arrive in the mailbox, perhaps by way of "
        "another system that sends them back",
        json_schema_extra={
            "vi": "Người nhận: địa chỉ mà thư về hộp thư này, có thể qua hệ thống khác chuyển lại"
        },
    )
    user: Login | None = Field(
        default=None,
        description="User name for sending, if the secret is the password alone",
        json_schema_extra={"vi": "Tên đăng nhập khi gửi, nếu bí mật chỉ là mật khẩu"},
    )
    smtp_port: int | None = Field(
        default=None,
        ge=1,
        le=65535,
        description="TCP port for sending; none: the usual one (587, 465, 25)",
        json_schema_extra={"vi": "Cổng gửi thư; trống: cổng thường dùng (587, 465, 25)"},
    )
    smtp_security: Security = Field(
        default="starttls",
        description="When sending: tls from the beginning, starttls, or none",
        json_schema_extra={"vi": "Khi gửi: tls ngay từ đầu, starttls, hoặc none"},
    )
    hello: Hello = NOBODY
    mailbox_host: str | None = Field(
        default=None,
        max_length=253,
        pattern=r"^[^\s/\\]+$",
        description="Server of the mailbox; none: the check's address",
        json_schema_extra={"vi": "Máy chủ hộp thư; trống: địa chỉ của phép kiểm tra"},
    )
    mailbox_protocol: MailProtocol = Field(
        default="imap",
        description="imap or pop3",
        json_schema_extra={"vi": "imap hoặc pop3"},
    )
    mailbox_port: int | None = Field(
        default=None,
        ge=1,
        le=65535,
        description="TCP port of the mailbox; none: the usual one",
        json_schema_extra={"vi": "Cổng hộp thư; trống: cổng thường dùng"},
    )
    mailbox_security: Security = Field(
        default="tls",
        description="For the mailbox: tls from the beginning, starttls, or none",
        json_schema_extra={"vi": "Với hộp thư: tls ngay từ đầu, starttls, hoặc none"},
    )
    mailbox_user: Login | None = Field(
        default=None,
        description="User name of the mailbox, if its secret is the password alone",
        json_schema_extra={"vi": "Tên đăng nhập hộp thư, nếu bí mật chỉ là mật khẩu"},
    )
    mailbox_secret: Slug | None = Field(
        default=None,
        description="Name of the mailbox's secret; none: that of the check",
        json_schema_extra={"vi": "Tên bí mật của hộp thư; trống: bí mật của phép kiểm tra"},
    )
    folder: str = Field(
        default="INBOX",
        max_length=200,
        pattern=r"^[\x20-\x7e]+$",
        description="Folder in which the letter arrives (IMAP)",
        json_schema_extra={"vi": "Thư mục nhận thư (IMAP)"},
    )
    max_delay: float | None = Field(
        default=None,
        gt=0,
        le=86400,
        description="Seconds that a letter may be on its way; none: the check's timeout",
        json_schema_extra={
            "vi": "Số giây thư được phép đi đường; trống: thời hạn của phép kiểm tra"
        },
    )
    most_left: int = Field(
        default=5,
        ge=1,
        le=100,
        description="Letters of ours in the mailbox from which on nothing is sent: a loop",
        json_schema_extra={
            "vi": "Số thư thử còn nằm trong hộp mà từ đó không gửi nữa: thư đang chạy vòng"
        },
    )

    @property
    def from_port(self) -> int:
        """Return the port for sending."""
        return self.smtp_port or USUAL["smtp", self.smtp_security]

    @property
    def to_port(self) -> int:
        """Return the port of the mailbox."""
        return self.mailbox_port or USUAL[self.mailbox_protocol, self.mailbox_security]
