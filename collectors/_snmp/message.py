"""SNMP v2c messages (RFC 1901, RFC 3416): requests encoded once, replies read strictly.

Version 3 puts the same requests into its own envelope (`secured`): they are made here for an
empty community, and taken out by `Ask.pdu`.
"""
# ruff: noqa: PLR2004  (octets of an encoding are best seen as what they are)

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from collectors._snmp import ber
from collectors._snmp.ber import Junk, Value

if TYPE_CHECKING:
    from collectors._snmp.form import Form

GET, GET_NEXT, RESPONSE, GET_BULK = 0xA0, 0xA1, 0xA2, 0xA5
TOO_BIG, NO_SUCH_NAME, AUTHORIZATION_ERROR = 1, 2, 16

_VERSION_2C = ber.integer(1)
# By tag: up to how many octets a number without its top bit set is simply its octets.
_PLAIN = bytes({0x02: 8, 0x41: 4, 0x42: 4, 0x43: 4, 0x46: 8}.get(tag, 0) for tag in range(256))
_REQUEST_ID = b"\x02\x04"  # our ids always take four octets
ERROR_STATUS = (
    "noError",
    "tooBig",
    "noSuchName",
    "badValue",
    "readOnly",
    "genErr",
    "noAccess",
    "wrongType",
    "wrongLength",
    "wrongEncoding",
    "wrongValue",
    "noCreation",
    "inconsistentValue",
    "resourceUnavailable",
    "commitFailed",
    "undoFailed",
    "authorizationError",
    "notWritable",
    "inconsistentName",
)


def error_name(status: int) -> str:
    """Return the name of an error status, as RFC 3416 section 3 has it."""
    return ERROR_STATUS[status] if 0 <= status < len(ERROR_STATUS) else f"error status {status}"


@dataclass(slots=True, eq=False)
class Ask:
    """One request, encoded but for its request id: prefix + id + suffix.

    `heads` are the encoded names asked for, in order; a good reply has the same. They are
    empty for GetNext and GetBulk, whose replies bring names of their own.
    """

    prefix: bytes
    suffix: bytes
    community: bytes
    heads: tuple[bytes, ...] = ()
    form: "Form | None" = None  # of the replies, once many have been read
    read: int = 0
    pdu_at: int = 0  # where in the prefix the PDU begins, after version and community

    def pdu(self, request_id: bytes) -> bytes:
        """Return the request without its community, for an envelope of version 3."""
        return self.prefix[self.pdu_at :] + request_id + self.suffix


def get(community: bytes, heads: Sequence[bytes]) -> Ask:
    """Return a GET of encoded names."""
    prefix, suffix, pdu_at = _cut(GET, community, b"\x02\x01\x00\x02\x01\x00", heads)
    return Ask(prefix, suffix, community, tuple(heads), pdu_at=pdu_at)


def get_next(community: bytes, heads: Sequence[bytes]) -> Ask:
    """Return a GetNext of what follows each of these encoded names."""
    prefix, suffix, pdu_at = _cut(GET_NEXT, community, b"\x02\x01\x00\x02\x01\x00", heads)
    return Ask(prefix, suffix, community, pdu_at=pdu_at)


def get_bulk(community: bytes, head: bytes, repetitions: int) -> Ask:
    """Return a GetBulk of the rows that follow one encoded name."""
    fields = b"\x02\x01\x00" + ber.integer(repetitions)
    prefix, suffix, pdu_at = _cut(GET_BULK, community, fields, (head,))
    return Ask(prefix, suffix, community, pdu_at=pdu_at)


def _cut(
    kind: int, community: bytes, fields: bytes, heads: Sequence[bytes]
) -> tuple[bytes, bytes, int]:
    bindings = b"".join(ber.tlv(ber.SEQUENCE, head + b"\x05\x00") for head in heads)
    suffix = fields + ber.tlv(ber.SEQUENCE, bindings)
    front = bytes((kind,)) + ber.length(len(_REQUEST_ID) + 4 + len(suffix)) + _REQUEST_ID
    opening = _VERSION_2C + ber.tlv(ber.STRING, community) + front
    whole = ber.length(len(opening) + 4 + len(suffix))
    prefix = bytes((ber.SEQUENCE,)) + whole + opening
    return prefix, suffix, len(prefix) - len(front)


@dataclass(slots=True)
class Reply:
    """The outer part of a response. `begin` and `end` hold its variable bindings."""

    community: bytes
    request_id: bytes
    status: int
    index: int
    begin: int
    end: int
    request_id_at: int


def opened(data: bytes) -> Reply:
    """Read everything of a v2c response but its bindings; Junk if it is anything else."""
    begin, end = ber.span(data, 0, len(data), ber.SEQUENCE)
    if end != len(data):
        raise Junk("bytes after the message")
    if data[begin : begin + 3] != _VERSION_2C:
        raise Junk("not version 2c")
    at, pdu = ber.span(data, begin + 3, end, ber.STRING)
    community = data[at:pdu]
    at, stop = ber.span(data, pdu, end, RESPONSE)
    if stop != end:
        raise Junk("bytes after the response")
    id_at, at = ber.span(data, at, end, ber.INTEGER)
    request_id = data[id_at:at]
    status, at = _small(data, at, end)
    index, at = _small(data, at, end)
    begin, stop = ber.span(data, at, end, ber.SEQUENCE)
    if stop != end:
        raise Junk("bytes after the bindings")
    return Reply(community, request_id, status, index, begin, end, id_at)


def _small(data: bytes, at: int, end: int) -> tuple[int, int]:
    begin, stop = ber.span(data, at, end, ber.INTEGER)
    if not 1 <= stop - begin <= 4:
        raise Junk("error status or index too long")
    return int.from_bytes(data[begin:stop], "big", signed=True), stop


def matched(
    data: bytes, begin: int, end: int, heads: Sequence[bytes]
) -> tuple[list[Value], list[int]]:
    """Return the values of exactly the names asked for, and where each value's tag stands.

    This is the hot path until a layout is learned, hence one loop and the common forms
    (short lengths, numbers) first.
    """
    values: list[Value] = []
    tags: list[int] = []
    at = begin
    from_bytes, plain = int.from_bytes, _PLAIN
    try:
        for head in heads:
            tag_at = at + 2 + len(head)
            size = data[tag_at + 1]
            stop = tag_at + 2 + size
            if (
                0 < size <= plain[data[tag_at]]
                and data[at + 2 : tag_at] == head
                and data[at + 1] == stop - at - 2
                and data[at] == 0x30
                and data[tag_at + 2] < 0x80
            ):
                values.append(from_bytes(data[tag_at + 2 : stop]))
            else:
                tag_at, stop = _binding(data, at, end, head)
                values.append(ber.value(data, data[tag_at], *ber.content_span(data, tag_at, stop)))
            tags.append(tag_at)
            at = stop
    except IndexError:
        raise Junk("cut off") from None
    if at != end:
        raise Junk("more bindings than were asked for")
    return values, tags


def _binding(data: bytes, at: int, end: int, head: bytes) -> tuple[int, int]:
    """Return where the value's tag stands and where the binding ends, long lengths allowed."""
    name, stop = ber.span(data, at, end, ber.SEQUENCE)
    tag_at = name + len(head)
    if data[name:tag_at] != head:
        # The name may be spelled with a longer length than ours.
        begin, tag_at = ber.span(data, name, stop, ber.OID)
        if ber.tlv(ber.OID, data[begin:tag_at]) != head:
            raise Junk(f"another name than asked at {at}")
    if ber.content_span(data, tag_at, stop)[1] != stop:
        raise Junk(f"bytes after the value at {at}")
    return tag_at, stop


def bindings(data: bytes, begin: int, end: int) -> list[tuple[bytes, int, Value]]:
    """Return (name content octets, tag, value) of every binding, in order."""
    found: list[tuple[bytes, int, Value]] = []
    while begin < end:
        name, stop = ber.span(data, begin, end, ber.SEQUENCE)
        name, after = ber.span(data, name, stop, ber.OID)
        ber.subids(data[name:after])
        value_at, value_end = ber.content_span(data, after, stop)
        if value_end != stop:
            raise Junk("bytes after the value")
        found.append(
            (data[name:after], data[after], ber.value(data, data[after], value_at, value_end))
        )
        begin = stop
    return found
