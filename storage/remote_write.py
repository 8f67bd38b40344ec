"""How samples leave: Prometheus remote write v1, by hand.

https://prometheus.io/docs/specs/prw/remote_write_spec/ (protobuf under snappy's block format)
"""

import struct
from array import array
from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import repeat

import cramjam

from core.labels import Series
from core.reading import Sample
from storage.columns import to_micros

_CACHED_SERIES = 4_000_000  # 30 bytes each
_LABEL = b"\x0a"  # TimeSeries.labels, Label.name; also WriteRequest.timeseries
_LABEL_VALUE = b"\x12"
# TimeSeries.samples of 16 bytes: value (1 + 8), timestamp (1 + 6; enough until the year 2109).
_SAMPLE = b"\x12\x10\x09"
_SAMPLE_BYTES = 18
_TIMESTAMP = b"\x10"
_VALUE_BYTES = 15  # value, timestamp's key and timestamp: what changes from sample to sample
_VALUE = struct.Struct("<d7s")
_CONTINUED = 0x80

Batch = Sequence[tuple[datetime, Sequence[Sample]]]


@dataclass(frozen=True, slots=True)
class _Form:
    """The samples of one check as they will be written again, values and times left open.

    Labels of neighbours are nearly the same, so that the form packs to a tenth: a million series
    take tens of megabytes, and unpacking costs less than making them would.
    """

    series: tuple[Series, ...]
    packed: bytes
    places: "array[int]"  # of the values


class Encoder:
    """Writes samples as a WriteRequest; the bytes of labels are made once a check.

    Every sample is a TimeSeries of its own, so that requests may be joined and cut like beads.
    """

    def __init__(self) -> None:
        self._forms: dict[tuple[Series, int], _Form] = {}
        self._known = 0  # series of all forms

    def encode(self, batch: Batch) -> tuple[bytes, int]:
        """Return the uncompressed WriteRequest of a batch and its number of samples."""
        parts: list[bytes | bytearray] = []
        count = 0
        for at, samples in batch:
            if not samples:
                continue
            series, values = zip(*samples, strict=True)
            # What a check brings is the same series every time; comparing them is comparing
            # identities, since they are interned.
            form = self._forms.get((series[0], len(series)))
            if form is None or form.series != series:
                form = self._learn(series)
            request = bytearray(cramjam.snappy.decompress_raw(form.packed))
            stamp = _TIMESTAMP + varint(to_micros(at) // 1000)
            written = map(_VALUE.pack_into, repeat(request), form.places, values, repeat(stamp))
            deque(written, maxlen=0)
            parts.append(request)
            count += len(series)
        return b"".join(parts), count

    def _learn(self, series: tuple[Series, ...]) -> _Form:
        if self._known + len(series) > _CACHED_SERIES:
            self._forms.clear()
            self._known = 0
        places = array("I")
        beads: list[bytes] = []
        size = 0
        for one in series:
            bead = _prefix(one) + bytes(_VALUE_BYTES)
            beads.append(bead)
            size += len(bead)
            places.append(size - _VALUE_BYTES)
        form = _Form(series, bytes(cramjam.snappy.compress_raw(b"".join(beads))), places)
        before = self._forms.get((series[0], len(series)))
        self._known += len(series) - (len(before.series) if before else 0)
        self._forms[series[0], len(series)] = form
        return form


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
