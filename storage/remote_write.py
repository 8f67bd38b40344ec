"""How samples leave: Prometheus remote write v1, by hand.

https://prometheus.io/docs/specs/prw/remote_write_spec/ (protobuf under snappy's block format)
"""

import struct
from collections.abc import Iterable, Sequence
from datetime import datetime

import cramjam

from core.labels import Series
from core.reading import Sample
from storage.columns import to_micros

_CACHED_SERIES = 1_000_000
_LABEL = b"\x0a"  # TimeSeries.labels, Label.name; also WriteRequest.timeseries
_LABEL_VALUE = b"\x12"
# TimeSeries.samples of 16 bytes: value (1 + 8), timestamp (1 + 6; enough until the year 2109).
_SAMPLE = b"\x12\x10\x09"
_SAMPLE_BYTES = 18
_TIMESTAMP = b"\x10"
_VALUE = struct.Struct("<d")
_CONTINUED = 0x80

Batch = Sequence[tuple[datetime, Sequence[Sample]]]


class Encoder:
    """Writes samples as a WriteRequest; the bytes of a series' labels are made once.

    Every sample is a TimeSeries of its own, so that requests may be joined and cut like beads.
    """

    def __init__(self) -> None:
        self._prefixes: dict[int, tuple[Series, bytes]] = {}

    def encode(self, batch: Batch) -> tuple[bytes, int]:
        """Return the uncompressed WriteRequest of a batch and its number of samples."""
        parts: list[bytes] = []
        known = self._prefixes
        pack = _VALUE.pack
        for at, samples in batch:
            stamp = _TIMESTAMP + varint(to_micros(at) // 1000)
            for series, value in samples:
                # By identity: series are interned, and hashing their labels costs more than
                # everything else here. The entry holds the series, so its id stays its own.
                entry = known.get(id(series)) or self._learn(series)
                parts += (entry[1], pack(value), stamp)
        return b"".join(parts), len(parts) // 3

    def _learn(self, series: Series) -> tuple[Series, bytes]:
        if len(self._prefixes) >= _CACHED_SERIES:
            self._prefixes.clear()
        entry = (series, _prefix(series))
        self._prefixes[id(series)] = entry
        return entry


def _prefix(series: Series) -> bytes:
    labels = sorted((("__name__", series.name), *series.labels))
    parts = b"".join(_label(name, value) for name, value in labels if value)
    return _LABEL + varint(len(parts) + _SAMPLE_BYTES) + parts + _SAMPLE


def _label(name: str, value: str) -> bytes:
    key, text = name.encode("utf-8", "replace"), value.encode("utf-8", "replace")
    inner = _LABEL + varint(len(key)) + key + _LABEL_VALUE + varint(len(text)) + text
    return _LABEL + varint(len(inner)) + inner


def varint(number: int) -> bytes:
    """Return a non-negative integer as protobuf writes it."""
    out = bytearray()
    while number >= _CONTINUED:
        out.append(number & 0x7F | _CONTINUED)
        number >>= 7
    out.append(number)
    return bytes(out)


def beads(request: bytes) -> list[tuple[int, bytes]]:
    """Return the samples of a WriteRequest of ours as (timestamp in ms, encoded TimeSeries)."""
    found = []
    position = 0
    while position < len(request):
        length, start = _read_varint(request, position + 1)
        end = start + length
        stamp, _ = _read_varint(request, end - 6)
        found.append((stamp, request[position:end]))
        position = end
    return found


def joined(parts: Iterable[tuple[int, bytes]]) -> bytes:
    """Return the WriteRequest of some samples."""
    return b"".join(raw for _, raw in parts)


def snappy(request: bytes) -> bytes:
    """Return the request's body as it goes over the wire."""
    return bytes(cramjam.snappy.compress_raw(request))


def _read_varint(data: bytes, position: int) -> tuple[int, int]:
    number = shift = 0
    while True:
        byte = data[position]
        position += 1
        number |= (byte & 0x7F) << shift
        if byte < _CONTINUED:
            return number, position
        shift += 7
