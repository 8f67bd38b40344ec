"""The body of a publication: `application/vq-rtcpxr` (RFC 6035 §4.6), strictly read.

Lines in any order: software of before the RFC (Polycom) tells the metrics first and the call after
them. What is not known is passed over; what is known and wrong makes the whole wrong.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

LARGEST = 16 * 1024  # bytes of a body
_LINES, _LINE = 200, 1024
_WORD = re.compile(r"""([A-Za-z][A-Za-z0-9-]{0,31})=("[^"]*"|\S*)""")
_KEY = re.compile(r"[A-Za-z0-9][A-Za-z0-9.-]{0,63}")
_DECIMAL = re.compile(r"\d{1,5}(?:\.\d{1,6})?")
_URI = re.compile(r"(?:sips?|tel|h323):[^\s<>\";]{1,200}", re.IGNORECASE)
_UNAVAILABLE = 127  # of R factors and, in tenths or not, of opinion scores (RFC 3611 §4.7.5)
_BEST, _WORST = 5.0, 1.0
_MINUTE = 65_535  # milliseconds, the longest that RFC 3611 can tell


class Kind(StrEnum):
    """What a report is about."""

    SESSION = "VQSessionReport"  # a call that is over
    INTERVAL = "VQIntervalReport"
    ALERT = "VQAlertReport"  # the reporter's own limit was passed


class Malformed(Exception):
    """A body is no report; the words say where. ASCII, for the reason phrase of a response."""


@dataclass(frozen=True, slots=True)
class Score:
    """An opinion score that the reporter has reckoned: 1…5, of listening (lq) or talking (cq)."""

    kind: str
    value: float
    algorithm: str = ""  # P.564 …, as the reporter calls it


@dataclass(frozen=True, slots=True)
class Metrics:
    """One direction: what its receiver measured. Shares 0…1, seconds; None: it does not say."""

    payload: str = ""  # PCMU, H264 …
    loss: float | None = None  # in the network
    discarded: float | None = None  # came too late to be heard or seen
    jitter: float | None = None
    round_trip: float | None = None
    scores: tuple[Score, ...] = ()


@dataclass(frozen=True, slots=True)
class Report:
    """One report. `local` is what the reporter received, `remote` what its far end did."""

    kind: Kind
    call: str
    local: Metrics
    remote: Metrics | None = None
    far_end: str = ""  # sip:giao-ban@…, or an address
    outgoing: bool | None = None
    address: str = ""  # of the reporter's media


@dataclass(slots=True)
class _Read:
    """The lines of a body, by name; metrics in the section that they stand in."""

    about: dict[str, str] = field(default_factory=dict)
    sections: dict[str, dict[str, Mapping[str, str]]] = field(default_factory=dict)


_SECTIONS = ("localmetrics", "remotemetrics")
_METRICS = ("sessiondesc", "packetloss", "delay", "qualityest")
_ABOUT = ("callid", "localid", "remoteid", "origid", "localaddr", "remoteaddr")


def parse(body: bytes) -> Report:
    """Return the report that a body is; Malformed says what is wrong with it."""
    if len(body) > LARGEST:
        raise Malformed("the report is too long")
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError as error:
        raise Malformed("the report is no UTF-8") from error
    first, *lines = text.replace("\r\n", "\n").rstrip("\n").split("\n")
    if len(lines) > _LINES or any(len(line) > _LINE for line in (first, *lines)):
        raise Malformed("the report has too many lines, or one too long")
    kind = _kind(first)
    read = _sorted(lines)
    if not read.about.get("callid"):
        raise Malformed("no CallID")
    if "localmetrics" not in read.sections:
        raise Malformed("no LocalMetrics")
    local = read.about.get("localid", "")
    origin = read.about.get("origid", "")
    far = read.sections.get("remotemetrics")
    return Report(
        kind,
        read.about["callid"],
        _metrics(read.sections["localmetrics"]),
        _metrics(far) if far is not None else None,
        far_end=_far_end(read.about),
        outgoing=_uri(local) == _uri(origin) if local and origin else None,
        address=_words("LocalAddr", read.about.get("localaddr", "")).get("ip", ""),
    )


def _kind(first: str) -> Kind:
    word = first.partition(":")[0].strip()
    try:
        return Kind(word)
    except ValueError as error:
        raise Malformed("it does not begin with a VQ report") from error


def _sorted(lines: list[str]) -> _Read:
    """Return the lines by what they are; Malformed where one is twice or is none."""
    read, section = _Read(), ""
    for line in lines:
        if not line.strip():
            continue
        key, colon, value = line.partition(":")
        name = key.strip().lower()
        if not colon or not _KEY.fullmatch(key.strip()):
            raise Malformed("a line that is no Name:value")
        if name in _SECTIONS:
            section = name
            if section in read.sections:
                raise Malformed(f"{key.strip()} is there twice")
            read.sections[section] = {}
        elif name in _METRICS:
            into = read.sections.get(section)
            if into is None or name in into:
                raise Malformed(f"{key.strip()} is there twice, or outside of metrics")
            into[name] = _words(key.strip(), value)
        elif name in _ABOUT and section != "remotemetrics":  # there it is said of the far end
            if name in read.about:
                raise Malformed(f"{key.strip()} is there twice")
            read.about[name] = value.strip()
    return read


def _words(key: str, value: str) -> dict[str, str]:
    """Return the NAME=value words of a line, names in lower case; Malformed if it is not such."""
    found: dict[str, str] = {}
    at, said = 0, value.strip()
    while at < len(said):
        word = _WORD.match(said, at)
        if word is None or word[1].lower() in found:
            raise Malformed(f"{key}: not NAME=value, or one name twice")
        found[word[1].lower()] = word[2].strip('"')
        at = word.end()
        while at < len(said) and said[at] in " \t;":
            at += 1
    return found


def _metrics(lines: Mapping[str, Mapping[str, str]]) -> Metrics:
    lost, delay = lines.get("packetloss", {}), lines.get("delay", {})
    round_trip = _number(delay, "rtd", _MINUTE)
    jitter = _number(delay, "iaj", _MINUTE)
    loss, discarded = _number(lost, "nlr", 100), _number(lost, "jdr", 100)
    return Metrics(
        payload=lines.get("sessiondesc", {}).get("pd", "")[:40],
        loss=loss / 100 if loss is not None else None,
        discarded=discarded / 100 if discarded is not None else None,
        jitter=jitter / 1000 if jitter is not None else None,
        round_trip=round_trip / 1000 if round_trip else None,  # 0: not known (RFC 3611)
        scores=tuple(_scores(lines.get("qualityest", {}))),
    )


def _scores(words: Mapping[str, str]) -> list[Score]:
    found = []
    for kind in ("lq", "cq"):
        value = _number(words, f"mos{kind}", _UNAVAILABLE)
        if value is None or value in {0.0, _UNAVAILABLE / 10, float(_UNAVAILABLE)}:
            continue
        if not _WORST <= value <= _BEST:
            raise Malformed(f"QualityEst: MOS{kind.upper()} is not between 1 and 5")
        named = (words.get(f"mos{kind}estalg"), words.get("qoeestalg"))
        found.append(Score(kind, value, next((one for one in named if one), "")[:40]))
    return found


def _number(words: Mapping[str, str], name: str, most: float) -> float | None:
    said = words.get(name)
    if said is None or not said:
        return None
    if not _DECIMAL.fullmatch(said) or float(said) > most:
        raise Malformed(f"{name.upper()} is not a number up to {most:g}")
    return float(said)


def _far_end(about: Mapping[str, str]) -> str:
    """Return who the reporter talks with, as the call names it, else its address."""
    named = _uri(about.get("remoteid", ""))
    return named or _words("RemoteAddr", about.get("remoteaddr", "")).get("ip", "")


def _uri(said: str) -> str:
    """Return the URI in `"Name" <uri>`, without the name, which is a person's."""
    found = _URI.search(said)
    return found[0] if found else ""
