"""What may be set for backups."""

from pydantic import Field, field_validator
from yarl import URL

from collectors._http.kinds import without_login
from collectors._tls.params import TlsParams

_MINUTES_A_DAY = 1440


class Params(TlsParams):
    """What may be set."""

    url: str = Field(
        max_length=2000,
        description="Folder of the backups: sftp://host[:port]/folder, or a listing https://…/",
        json_schema_extra={
            "vi": "Thư mục bản sao lưu: sftp://máy[:cổng]/thư-mục, hoặc trang liệt kê https://…/"
        },
    )
    pattern: str = Field(
        default="*",
        max_length=200,
        pattern=r"^[^/\x00-\x1f\x7f]+$",
        description="Names of the files: csdl-*.dump.gz",
        json_schema_extra={"vi": "Tên các tệp: csdl-*.dump.gz"},
    )
    max_age: float = Field(
        default=26 * 60,
        gt=0,
        le=400 * _MINUTES_A_DAY,
        description="Minutes that the newest may be old: 1560 for one a day, and two hours",
        json_schema_extra={"vi": "Bản mới nhất được cũ bao nhiêu phút: 1560 là mỗi ngày, dư 2 giờ"},
    )
    min_bytes: int = Field(
        default=1,
        ge=0,
        description="Bytes that the newest has at least",
        json_schema_extra={"vi": "Bản mới nhất phải có ít nhất bao nhiêu byte"},
    )
    min_share: float | None = Field(
        default=0.5,
        gt=0,
        le=1,
        description="Share of the size of the one before that the newest has at least, 0…1",
        json_schema_extra={"vi": "Bản mới nhất ít nhất bằng bao nhiêu phần bản trước đó, 0…1"},
    )
    user: str | None = Field(
        default=None,
        max_length=200,
        pattern=r"^[^:\x00-\x1f\x7f]+$",
        description="User name, if the secret is the password or the private key alone",
        json_schema_extra={"vi": "Tên đăng nhập, nếu bí mật chỉ là mật khẩu hoặc khoá riêng"},
    )
    host_key: str | None = Field(
        default=None,
        pattern=r"^SHA256:[A-Za-z0-9+/]{43}=?$",
        description="Of SFTP: the server's key, SHA256:… as ssh-keygen -l shows it",
        json_schema_extra={"vi": "Với SFTP: khoá của máy chủ, SHA256:… như ssh-keygen -l in ra"},
    )

    @field_validator("url")
    @classmethod
    def _is_listed(cls, value: str) -> str:
        url = URL(value)
        if url.scheme not in {"sftp", "http", "https"} or not url.host:
            raise ValueError("not an sftp://, http:// or https:// address")
        return without_login(value)
