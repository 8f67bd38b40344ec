"""What may be set for Modbus: which registers, and what their numbers mean.

Numbers of registers are the protocol's addresses, from 0. A manual that writes 40001 or 30001
counts from 1: its register 40011 is `holding` 10.
"""

import re
from typing import Annotated, Literal, Self

from pydantic import BeforeValidator, Field, model_validator

from core.model import Model

Table = Literal["holding", "input", "coil", "discrete"]
Kind = Literal["int16", "uint16", "int32", "uint32", "int64", "uint64", "float32", "float64", "bit"]
Order = Literal["big", "little", "swapped", "byteswapped"]
Unit = Literal[
    "celsius",
    "humidity",
    "ratio",
    "volts",
    "amperes",
    "watts",
    "hertz",
    "rpm",
    "seconds",
    "state",
    "alarm",
]
SIZES = {
    "bit": 1,
    "int16": 1,
    "uint16": 1,
    "int32": 2,
    "uint32": 2,
    "float32": 2,
    "int64": 4,
    "uint64": 4,
    "float64": 4,
}
_LINE = re.compile(r"\s*(?P<name>[^=]+?)\s*=\s*(?P<rest>\S.*)")
_BITS = ("coil", "discrete")


class Register(Model):
    """One value: where it stands, how it is written, what it means.

    In a form it is a line, or stands between `|`:
    `name = table:address type unit [key=value …]`, as in
    `Nhiệt độ phòng = input:0 int16 celsius scale=0.1 high=27`.
    """

    name: str = Field(min_length=1, max_length=60, pattern=r"^[^\x00-\x1f\x7f]+$")
    table: Table = "holding"
    address: int = Field(ge=0, le=65535)
    type: Kind = "uint16"
    unit: Unit
    scale: float = 1.0
    offset: float = 0.0
    order: Order = "big"
    bit: int | None = Field(default=None, ge=0, le=15)  # of the register: one flag of it
    low: float | None = None  # least and greatest good value, after scaling
    high: float | None = None
    absent: float | None = None  # the raw value that says that no sensor is there

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if (self.table in _BITS) != (self.type == "bit"):
            raise ValueError(f"{self.name}: coils and discrete inputs are bits, registers are not")
        if self.address + SIZES[self.type] > 65536:  # noqa: PLR2004
            raise ValueError(f"{self.name}: it would reach beyond register 65535")
        if self.bit is not None and self.type != "uint16":
            raise ValueError(f"{self.name}: a bit is taken of a uint16")
        return self


def _read(value: object) -> object:
    if not isinstance(value, str):
        return value
    return tuple(_line(line) for line in re.split(r"[\n|]", value) if line.strip())


def _line(text: str) -> dict[str, object]:
    found = _LINE.fullmatch(text)
    words = found["rest"].split() if found else []
    if found is None or len(words) < 3 or ":" not in words[0]:  # noqa: PLR2004
        raise ValueError(
            f"{text.strip()[:80]!r} is no register: "
            "write name = holding:10 uint16 celsius scale=0.1"
        )
    table, _, address = words[0].partition(":")
    row: dict[str, object] = {"name": found["name"], "table": table, "address": address}
    row |= {"type": words[1], "unit": words[2]}
    for word in words[3:]:
        key, equals, said = word.partition("=")
        if not equals:
            raise ValueError(f"{word[:40]!r} in {text.strip()[:60]!r} is no key=value")
        row[key] = said
    return row


Registers = Annotated[tuple[Register, ...], BeforeValidator(_read)]


class Params(Model):
    """What may be set."""

    port: int = Field(
        default=502,
        ge=1,
        le=65535,
        description="TCP port",
        json_schema_extra={"vi": "Cổng TCP"},
    )
    device: int = Field(
        default=1,
        ge=0,
        le=255,
        description="Unit identifier behind the gateway; 1 or 255 where there is none",
        json_schema_extra={"vi": "Số của thiết bị sau bộ chuyển đổi; không có thì 1 hoặc 255"},
    )
    registers: Registers = Field(
        min_length=1,
        max_length=100,
        description="Values, one a line or parted by |: "
        "room = input:0 int16 celsius scale=0.1 high=27",
        json_schema_extra={
            "vi": "Các giá trị, mỗi dòng một hoặc cách nhau bằng |: "
            "phòng máy = input:0 int16 celsius scale=0.1 high=27"
        },
    )

    @model_validator(mode="after")
    def _are_told_apart(self) -> Self:
        seen: set[tuple[str, str]] = set()
        for register in self.registers:
            key = register.unit, register.name
            if key in seen:
                raise ValueError(f"registers: {register.name} ({register.unit}) is there twice")
            seen.add(key)
        return self
