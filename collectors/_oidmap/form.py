"""What a map says: which objects of a device mean what. Read from TOML, faults told by line."""

import re
import tomllib
from collections.abc import Iterator, Mapping
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, StringConstraints, ValidationError, model_validator

from core.errors import Invalid, Problem
from core.model import Line, Model, Slug
from core.text import Text


def _in_range(oid: str) -> str:
    if any(int(part) > _LARGEST for part in oid.strip(".").split(".")):
        raise ValueError(_TOO_LARGE)
    return oid


_LARGEST = 2**32 - 1
_TOO_LARGE = "a number of an OID has 32 bits at the most"
Oid = Annotated[
    str, StringConstraints(pattern=r"^\.?1(\.\d{1,10}){2,60}$"), AfterValidator(_in_range)
]
# What a value may mean: texts, numbers in base units, and claims that are true or false.
TEXTS = ("product", "software", "serial")
NUMBERS = ("uptime",)
CLAIMS = (
    "registered_sip",
    "registered_h323",
    "in_call",
    "standby",
    "do_not_disturb",
    "microphone_muted",
    "video_muted",
    "too_hot",
    "clock",
    "reboot",
)
NAMED = ("peripheral", "fault")  # claims that need a name of their own
KINDS = ("camera", "microphone", "display", "touch")
_MOST = 200  # values of a map
_Number = Annotated[str, StringConstraints(pattern=r"^-?\d{1,10}$")]
LONGEST = 256 * 1024  # octets of a file
_NAMELESS = "a value needs a fact of ours, or a name of its own"
_UNNAMED = "a peripheral or a fault needs a name"
_KIND = "kind goes with the fact peripheral, and with no other"
_NEVER_TRUE = "this fact needs an enum that says which number is true"
_WORDS = "the enum of this fact says true or false, no words"
_NO_CLAIM = "true and false go with facts; the enum of a name has words"
_NO_TABLE = "names goes with table = true"
_HEADER = re.compile(r"\s*\[\[\s*value\s*\]\]")
_KEY = re.compile(r"\s*([A-Za-z0-9_-]+)\s*=")
_AT_LINE = re.compile(r"\s*\(at (?:line (\d+), column \d+|end of document)\)")


class Value(Model):
    """One object, or with `table` a column of them, and what it means.

    `fact` is one of ours; without it the value is told by its `name`, times `scale`, in `unit`.
    `enum` says what a number means: true or false of a claim, else a word.
    """

    oid: Oid
    fact: (
        Literal[
            "product",
            "software",
            "serial",
            "uptime",
            "registered_sip",
            "registered_h323",
            "in_call",
            "standby",
            "do_not_disturb",
            "microphone_muted",
            "video_muted",
            "too_hot",
            "clock",
            "reboot",
            "peripheral",
            "fault",
        ]
        | None
    ) = None
    name: Slug | None = None
    kind: Literal["camera", "microphone", "display", "touch"] | None = None  # of a peripheral
    level: Literal["critical", "error", "warning", "info"] = "error"  # of a fault
    scale: Annotated[float, Field(allow_inf_nan=False)] = 1.0
    unit: Annotated[str, StringConstraints(pattern=r"^[a-z]{1,20}$")] | None = None
    enum: Mapping[_Number, bool | Line] = Field(default_factory=dict)
    table: bool = False
    names: Oid | None = None  # of a table: the column that names its rows

    @model_validator(mode="after")
    def _agrees(self) -> "Value":
        claims = (*CLAIMS, *NAMED)
        claimed = [isinstance(said, bool) for said in self.enum.values()]
        if self.fact is None and self.name is None:
            raise ValueError(_NAMELESS)
        if self.fact in NAMED and self.name is None:
            raise ValueError(_UNNAMED)
        if (self.fact == "peripheral") != (self.kind is not None):
            raise ValueError(_KIND)
        if self.fact in claims and not any(said is True for said in self.enum.values()):
            raise ValueError(_NEVER_TRUE)
        if self.fact in claims and not all(claimed):
            raise ValueError(_WORDS)
        if self.fact not in claims and any(claimed):
            raise ValueError(_NO_CLAIM)
        if self.names is not None and not self.table:
            raise ValueError(_NO_TABLE)
        return self


class OidMap(Model):
    """One map: of which devices, from which MIB, whether tried on a real device, its values."""

    name: Line
    source: Annotated[Line, Field(min_length=3)]  # which MIB, of which software
    object_ids: Annotated[tuple[Oid, ...], Field(min_length=1, max_length=50)]
    confirmed: bool = False
    value: Annotated[tuple[Value, ...], Field(max_length=_MOST)] = ()

    def fits(self, object_id: str) -> int:
        """Return how much of a device's sysObjectID this map names; 0 if it is not meant."""
        told = f"{object_id.strip('.')}."
        begins = (one.strip(".") for one in self.object_ids)
        return max((len(one) for one in begins if told.startswith(f"{one}.")), default=0)


def read(file: str, text: str) -> OidMap:
    """Return the map that a TOML text holds; Invalid names file, line, key and mend."""
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        message = str(error)
        place = _AT_LINE.search(message)
        line = int(place[1]) if place and place[1] else None
        raise Invalid([_syntax(file, _AT_LINE.sub("", message), line)]) from error
    try:
        return OidMap.model_validate(table)
    except ValidationError as error:
        raise Invalid(list(_problems(file, text, error))) from error


def _syntax(file: str, message: str, line: int | None) -> Problem:
    return Problem(
        file=file,
        line=line,
        what=Text(vi=f"không phải TOML: {message}", en=f"this is no TOML: {message}"),
        mend=Text(vi="Sửa dòng này", en="Mend this line"),
    )


def _problems(file: str, text: str, error: ValidationError) -> Iterator[Problem]:
    for fault in error.errors(include_url=False):
        path = fault["loc"]
        what = str(fault["msg"]).removeprefix("Value error, ")
        yield Problem(
            file=file,
            line=_line(text, path),
            key=_key(path),
            what=Text(vi=_VI.get(what) or _VI.get(fault["type"], f"không hợp lệ: {what}"), en=what),
            mend=_mend(path),
        )


_VI = {
    _NAMELESS: "cần một fact của Thông Suốt, hoặc một name riêng",
    _UNNAMED: "peripheral và fault cần có name",
    _KIND: "kind chỉ đi với fact peripheral, và bắt buộc ở đó",
    _NEVER_TRUE: "fact này cần enum cho biết số nào là true",
    _WORDS: "enum của fact này chỉ ghi true hoặc false",
    _NO_CLAIM: "true, false chỉ dùng cho fact; enum của name ghi bằng chữ",
    _NO_TABLE: "names chỉ dùng khi table = true",
    _TOO_LARGE: "mỗi số của OID nhiều nhất 32 bit",
    "missing": "thiếu khoá này",
    "extra_forbidden": "không có khoá này",
    "string_pattern_mismatch": "sai dạng",
    "literal_error": "không phải một trong các giá trị được dùng",
}
_MENDS = {
    "oid": Text(
        vi="Ghi OID bằng số như trong MIB của hãng, ví dụ 1.3.6.1.4.1.2011.5.1.0",
        en="Write the OID in numbers as in the vendor's MIB, such as 1.3.6.1.4.1.2011.5.1.0",
    ),
    "object_ids": Text(
        vi="Ghi phần đầu sysObjectID của thiết bị (`thongsuot look --address IP snmp_system`)",
        en="Write how the device's sysObjectID begins (`thongsuot look --address IP snmp_system`)",
    ),
    "fact": Text(
        vi=f"Dùng một trong: {', '.join((*TEXTS, *NUMBERS, *CLAIMS, *NAMED))}; hoặc bỏ, ghi name",
        en=f"Use one of: {', '.join((*TEXTS, *NUMBERS, *CLAIMS, *NAMED))}; or none, and a name",
    ),
    "kind": Text(vi=f"Dùng một trong: {', '.join(KINDS)}", en=f"Use one of: {', '.join(KINDS)}"),
    "source": Text(
        vi="Ghi tên MIB và phiên bản phần mềm đã lấy OID",
        en="Say which MIB, of which software, the OIDs are from",
    ),
}
_MEND = Text(vi="Xem mẫu trong docs/oid-map.md", en="See the example in docs/oid-map.md")


def _mend(path: tuple[int | str, ...]) -> Text:
    return next((_MENDS[str(p)] for p in reversed(path) if str(p) in _MENDS), _MEND)


def _key(path: tuple[int | str, ...]) -> str:
    """Return a path as people count: value[3].oid."""
    said = ""
    for part in path:
        said += f"[{part + 1}]" if isinstance(part, int) else f".{part}" if said else part
    return said


def _line(text: str, path: tuple[int | str, ...]) -> int | None:
    """Return the line on which the key of a path stands, or the table that lacks it."""
    wanted = path[1] if len(path) > 1 and path[0] == "value" else None
    key = str(path[2]) if wanted is not None and len(path) > 2 else str(path[0]) if path else ""  # noqa: PLR2004
    table, head = -1, None
    for number, row in enumerate(text.splitlines(), 1):
        if _HEADER.match(row):
            table += 1
            head = number if table == wanted else head
        elif (
            (found := _KEY.match(row))
            and found[1] == key
            and table == (-1 if wanted is None else wanted)
        ):
            return number
    return head
