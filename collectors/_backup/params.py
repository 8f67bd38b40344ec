"""What may be set for backups."""

import re

from pydantic import Field, field_validator
from yarl import URL

from collectors._http.kinds import without_login
from collectors._tls.params import TlsParams

_MINUTES_A_DAY = 1440
JOB = "job:"
_JOB_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,62}")


class Params(TlsParams):
    """What may be set."""

    url: str = Field(
        max_length=2000,
        description="Folder of the backups: sftp://host[:port]/folder, or a listing https://…/; "
        "or job:NAME, a job that tells how it ended",
        json_schema_extra={
            "vi": "Thư mục bản sao lưu: sftp://máy[:cổng]/thư-mục, hoặc trang liệt kê https://…/; "
            "hoặc job:TÊN, công việc tự báo kết quả"
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

    @property
    def job(self) -> str | None:
        """Return the name of the job that tells how it ended, None where a folder is listed."""
        return self.url.removeprefix(JOB) if self.url.startswith(JOB) else None

    @field_validator("url")
    @classmethod
    def _is_listed(cls, value: str) -> str:
        if value.startswith(JOB):
            if not _JOB_NAME.fullmatch(value.removeprefix(JOB)):
                raise ValueError("not the name of a job: job:name, in small letters and digits")
            return value
        url = URL(value)
        if url.scheme not in {"sftp", "http", "https"} or not url.host:
            raise ValueError("not an sftp://, http:// or https:// address")
        return without_login(value)
