"""What may be set for the check of a whole zone."""

import re
from typing import Annotated

import dns.exception
import dns.name
import dns.rdatatype
from pydantic import BeforeValidator, Field, field_validator

from core.model import Model

_WORDS = 3  # of an expected record: name, type, value


def _words(value: object) -> object:
    return tuple(re.split(r"[\s,;]+", value.strip())) if isinstance(value, str) else value


def _lines(value: object) -> object:
    if not isinstance(value, str):
        return value
    return tuple(line.strip() for line in re.split(r"[\n;]", value) if line.strip())


class Params(Model):
    """What may be set."""

    zone: str = Field(
        max_length=255,
        description="The zone: dongnai.gov.vn",
        json_schema_extra={"vi": "Vùng tên miền: dongnai.gov.vn"},
    )
    port: int = Field(
        default=53, ge=1, le=65535, description="Port", json_schema_extra={"vi": "Cổng"}
    )
    servers: Annotated[tuple[str, ...], BeforeValidator(_words)] = Field(
        default=(),
        max_length=20,
        description="Authoritative servers, host or host:port; none: the zone's NS records, as "
        "the check's address tells them",
        json_schema_extra={
            "vi": "Các máy chủ thẩm quyền, máy hoặc máy:cổng; trống: theo bản ghi NS mà địa chỉ "
            "của phép kiểm tra trả lời"
        },
    )
    records: Annotated[tuple[str, ...], BeforeValidator(_lines)] = Field(
        default=(),
        max_length=100,
        description='Expected records, one a line: "www A 10.0.0.1", "@ MX mail.dongnai.gov.vn"',
        json_schema_extra={
            "vi": 'Các bản ghi phải có, mỗi dòng một bản ghi: "www A 10.0.0.1", '
            '"@ MX mail.dongnai.gov.vn"'
        },
    )
    dnssec: bool = Field(
        default=False,
        description="Validate the zone's signatures",
        json_schema_extra={"vi": "Xác minh chữ ký DNSSEC của vùng"},
    )
    anchors: Annotated[tuple[str, ...], BeforeValidator(_lines)] = Field(
        default=(),
        description='DS records that are trusted, one a line: "12345 13 2 49FD…"; none: those '
        "that the check's address tells of the zone above",
        json_schema_extra={
            "vi": 'Bản ghi DS được tin, mỗi dòng một bản ghi: "12345 13 2 49FD…"; trống: bản ghi '
            "DS của vùng trên mà địa chỉ của phép kiểm tra trả lời"
        },
    )
    min_days: float = Field(
        default=2,
        ge=0,
        le=365,
        description="Days that the signatures should still be valid",
        json_schema_extra={"vi": "Số ngày các chữ ký nên còn hạn"},
    )
    spf: bool = Field(
        default=False,
        description="Require an SPF record that can be understood",
        json_schema_extra={"vi": "Phải có bản ghi SPF đúng cú pháp"},
    )
    dkim: Annotated[tuple[str, ...], BeforeValidator(_words)] = Field(
        default=(),
        max_length=10,
        description="DKIM selectors whose keys must be there",
        json_schema_extra={"vi": "Các selector DKIM phải có khoá"},
    )
    dmarc: bool = Field(
        default=False,
        description="Require a DMARC record that can be understood",
        json_schema_extra={"vi": "Phải có bản ghi DMARC đúng cú pháp"},
    )
    max_serial_lag: int = Field(
        default=0,
        ge=0,
        le=1_000_000,
        description="By how much the serial numbers of the servers may differ",
        json_schema_extra={"vi": "Số hiệu SOA giữa các máy chủ được phép lệch nhau bao nhiêu"},
    )

    @field_validator("zone")
    @classmethod
    def _is_name(cls, value: str) -> str:
        try:
            dns.name.from_text(value)
        except dns.exception.DNSException as error:
            raise ValueError(f"not a name: {error}") from error
        return value.rstrip(".")

    @field_validator("records")
    @classmethod
    def _are_records(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for line in value:
            words = line.split(None, _WORDS - 1)
            try:
                dns.name.from_text(words[0])
                dns.rdatatype.from_text(words[1])
            except (IndexError, dns.exception.DNSException, ValueError) as error:
                raise ValueError(f"{line!r} is not a record: name, type, value") from error
            if len(words) < _WORDS:
                raise ValueError(f"{line!r} has no value")
        return value

    @field_validator("anchors")
    @classmethod
    def _are_anchors(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for line in value:
            if not re.fullmatch(r"\d{1,5} \d{1,3} \d{1,3} [0-9A-Fa-f ]{32,200}", line):
                raise ValueError(f"{line!r} is no DS record: tag algorithm digest-type digest")
        return value
