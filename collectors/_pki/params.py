"""What may be set for the services behind digital signatures."""

from typing import Literal

from pydantic import Field, model_validator

from collectors._http.kinds import LONGEST
from collectors._tls.params import TlsParams

_PEM = 64 * 1024  # characters of a certificate


class _Asked(TlsParams):
    """Who is asked, about what."""

    url: str | None = Field(
        default=None,
        max_length=LONGEST,
        pattern=r"^https?://",
        description="Address of the service; none: the one that the certificate names",
        json_schema_extra={"vi": "Địa chỉ dịch vụ; trống: địa chỉ ghi trong chứng thư"},
    )
    certificate: str | None = Field(
        default=None,
        max_length=_PEM,
        description="The certificate: a PEM file, or PEM text",
        json_schema_extra={"vi": "Chứng thư cần hỏi: tệp PEM hoặc nội dung PEM"},
    )
    issuer: str | None = Field(
        default=None,
        max_length=_PEM,
        description="Its authority's certificate: a PEM file, or PEM text",
        json_schema_extra={"vi": "Chứng thư của nơi cấp: tệp PEM hoặc nội dung PEM"},
    )


class OcspParams(_Asked):
    """What may be set for OCSP."""

    status: Literal["good", "revoked", "unknown"] = Field(
        default="good",
        description="Status that the answer must tell",
        json_schema_extra={"vi": "Tình trạng mà câu trả lời phải cho biết"},
    )
    method: Literal["POST", "GET"] = Field(
        default="POST",
        description="How it is asked",
        json_schema_extra={"vi": "Cách hỏi"},
    )
    nonce: bool = Field(
        default=False,
        description="Ask for an answer made just now; an answer without our number fails",
        json_schema_extra={"vi": "Đòi câu trả lời vừa lập; thiếu số ngẫu nhiên của ta thì hỏng"},
    )
    max_age_hours: float | None = Field(
        default=None,
        gt=0,
        le=10_000,
        description="Hours that the answer may be old",
        json_schema_extra={"vi": "Câu trả lời được phép cũ bao nhiêu giờ"},
    )

    @model_validator(mode="after")
    def _is_whole(self) -> "OcspParams":
        if self.certificate is None or self.issuer is None:
            raise ValueError("OCSP needs a certificate and its issuer's")
        return self


class CrlParams(_Asked):
    """What may be set for a revocation list."""

    min_hours: float = Field(
        default=0,
        ge=0,
        le=10_000,
        description="Hours that the list should still be valid (nextUpdate)",
        json_schema_extra={"vi": "Danh sách nên còn hạn bao nhiêu giờ (nextUpdate)"},
    )
    max_bytes: int = Field(
        default=32 * 1024 * 1024,
        ge=1024,
        le=256 * 1024 * 1024,
        description="Bytes that are fetched at most",
        json_schema_extra={"vi": "Tải nhiều nhất bao nhiêu byte"},
    )

    @model_validator(mode="after")
    def _is_whole(self) -> "CrlParams":
        if self.url is None and self.certificate is None:
            raise ValueError("a revocation list needs a url, or a certificate that names one")
        return self


class TimestampParams(TlsParams):
    """What may be set for a time stamp authority."""

    url: str = Field(
        max_length=LONGEST,
        pattern=r"^https?://",
        description="Address of the time stamp authority",
        json_schema_extra={"vi": "Địa chỉ dịch vụ cấp dấu thời gian"},
    )
    roots: str | None = Field(
        default=None,
        max_length=_PEM * 4,
        description="Authorities that its signature must lead to: a PEM file, or PEM text; none: "
        "the signature is checked, but not who signed",
        json_schema_extra={
            "vi": "Nơi cấp mà chữ ký phải dẫn tới: tệp PEM hoặc nội dung PEM; trống: kiểm chữ ký "
            "nhưng không kiểm người ký"
        },
    )
    algorithm: Literal["sha256", "sha512"] = Field(
        default="sha256",
        description="Hash algorithm of the stamped data",
        json_schema_extra={"vi": "Thuật toán băm của dữ liệu được đóng dấu"},
    )
    policy: str | None = Field(
        default=None,
        pattern=r"^[0-2](\.\d{1,18}){1,30}$",
        description="Policy that the stamp must follow (OID)",
        json_schema_extra={"vi": "Chính sách mà dấu phải theo (OID)"},
    )
    max_offset: float = Field(
        default=5.0,
        gt=0,
        le=86400,
        description="Seconds by which the stamped time and our clock may differ",
        json_schema_extra={"vi": "Số giây giữa thời gian trên dấu và đồng hồ ta được phép lệch"},
    )
