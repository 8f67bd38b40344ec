"""The bytes are those of the specification; a decoder that knows only protobuf reads them."""

import math
import struct
from datetime import UTC, datetime

import cramjam
from hypothesis import given
from hypothesis import strategies as st

from core.labels import Series
from core.reading import STALE
from storage.remote_write import Encoder, beads, joined, snappy, varint

AT = datetime(2026, 11, 22, 3, 0, 0, 123456, tzinfo=UTC)
MS = 1795316400123
Decoded = list[tuple[dict[str, str], list[tuple[int, bytes]]]]


def fields(data: bytes) -> list[tuple[int, bytes | int]]:
    """Read any protobuf message: (field number, value)."""
    found: list[tuple[int, bytes | int]] = []
    position = 0

    def number() -> int:
        nonlocal position
        value = shift = 0
        while True:
            byte = data[position]
            position += 1
            value |= (byte & 0x7F) << shift
            shift += 7
            if byte < 0x80:
                return value

    while position < len(data):
        key = number()
        if key & 7 == 0:
            found.append((key >> 3, number()))
        else:
            size = 8 if key & 7 == 1 else number()
            found.append((key >> 3, data[position : position + size]))
            position += size
    assert position == len(data)
    return found


def decoded(request: bytes) -> Decoded:
    """Read a WriteRequest as prompb says: series=1; labels=1, samples=2; value=1, timestamp=2."""
    found: Decoded = []
    for number, series in fields(request):
        assert number == 1
        labels: dict[str, str] = {}
        samples: list[tuple[int, bytes]] = []
        for kind, part in fields(_bytes(series)):
            inner = dict(fields(_bytes(part)))
            if kind == 1:
                labels[_bytes(inner[1]).decode()] = _bytes(inner[2]).decode()
            else:
                stamp = inner[2]
                assert isinstance(stamp, int)
                samples.append((stamp, _bytes(inner[1])))
        assert list(labels) == sorted(labels)
        found.append((labels, samples))
    return found


def _bytes(value: bytes | int) -> bytes:
    assert isinstance(value, bytes)
    return value


def test_a_sample_is_written_with_its_labels_time_and_value() -> None:
    series = Series.of("ifHCInOctets", (("instance", "gw"),), ifName="Gi0/1", Zone="Đông", empty="")
    request, count = Encoder().encode([(AT, [(series, 1.5)])])
    assert count == 1
    assert decoded(request) == [
        (
            {"Zone": "Đông", "__name__": "ifHCInOctets", "ifName": "Gi0/1", "instance": "gw"},
            [(MS, struct.pack("<d", 1.5))],
        )
    ]


def test_the_staleness_marker_keeps_its_very_bits() -> None:
    request, _ = Encoder().encode([(AT, [(Series.of("up"), STALE)])])
    ((_, [(_, value)]),) = decoded(request)
    assert struct.unpack("<Q", value)[0] == 0x7FF0000000000002


@given(
    st.lists(
        st.tuples(
            st.datetimes(datetime(2001, 9, 10), datetime(2100, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001
            st.dictionaries(st.from_regex(r"[a-z_]{1,9}", fullmatch=True), st.text(min_size=1)),
            st.floats(allow_nan=False),
        )
    )
)
def test_any_samples_can_be_read_cut_and_joined(
    rows: list[tuple[datetime, dict[str, str], float]],
) -> None:
    clean = [
        (at, {k: v.encode("utf-8", "replace").decode() for k, v in labels.items()}, value)
        for at, labels, value in rows
    ]
    encoder = Encoder()
    batch = [(at, [(Series.of("m", tuple(labels.items())), v)]) for at, labels, v in clean]
    request, count = encoder.encode(batch)
    assert count == len(clean)
    assert decoded(request) == [
        (
            {"__name__": "m", **labels} if "__name__" not in labels else labels,
            [(math.floor(round(at.timestamp() * 1e6) / 1000), struct.pack("<d", value))],
        )
        for at, labels, value in clean
    ] or any("__name__" in labels for _, labels, _ in clean)
    parts = beads(request)
    assert joined(parts) == request
    assert [decoded(raw)[0][1][0][0] for _, raw in parts] == [stamp for stamp, _ in parts]
    assert (
        cramjam.snappy.decompress_raw(snappy(request)) == memoryview(request) if request else True
    )


def test_series_are_told_apart_by_what_they_are_not_where_they_lie() -> None:
    encoder = Encoder()
    seen = set()
    for number in range(2000):  # ids of short-lived objects are used again
        request, _ = encoder.encode([(AT, [(Series.of("m", n=str(number)), 0.0)])])
        seen.add(decoded(request)[0][0]["n"])
    assert len(seen) == 2000


def test_varints_are_those_of_protobuf() -> None:
    assert [varint(n) for n in (0, 127, 128, 300)] == [b"\x00", b"\x7f", b"\x80\x01", b"\xac\x02"]
