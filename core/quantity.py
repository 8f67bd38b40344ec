"""How is a measured value written for a person: with which unit, how exact, in which language?

The unit stands in the metric's name, as Prometheus wants it (https://prometheus.io/docs/practices/
naming): `_seconds`, `_bytes`, `_ratio`. Names that a MIB or another exporter chose say nothing of
their unit; theirs are listed here, as the MIB's DESCRIPTION or UNITS clause gives them.
"""

import math
import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta

from core.clock import LOCAL
from core.text import Language, Text

_MINUTE, _HOUR, _DAY = 60, 3600, 86400
_GLUE = "\N{NO-BREAK SPACE}"
_DECIMALS = 12  # more are noise of floating point
_LEAST = 1e-6  # seconds: no clock or network of ours tells less apart
_EMPTY = re.compile(r" 0?0 \w+$")  # the lesser unit of a length that has none of it
_STEPS = ((1e12, "T"), (1e9, "G"), (1e6, "M"), (1e3, "k"))


def number(value: float, language: Language, digits: int = 1) -> str:
    """Return a number with decimal comma and dotted thousands in Vietnamese."""
    text = f"{value:,.{digits}f}"
    return text if language == "en" else text.translate(str.maketrans(",.", ".,"))


def plain(value: float, language: Language) -> str:
    """Return a number with four significant digits, a whole one with all of its own."""
    return _rounded(value, language, 4)


def _rounded(value: float, language: Language, figures: int) -> str:
    if not math.isfinite(value):
        return "–"
    if float(value).is_integer():
        return number(value, language, 0)
    decimals = min(_DECIMALS, max(0, figures - 1 - math.floor(math.log10(abs(value)))))
    while decimals and round(value, decimals) == round(value, decimals - 1):
        decimals -= 1
    return number(value, language, decimals)


def length(span: timedelta, language: Language) -> str:
    """Return a duration of at most two units: `2 giờ 05 phút`, `45 giây`."""
    units = ("ngày", "giờ", "phút", "giây") if language == "vi" else ("d", "h", "min", "s")
    total = max(0, int(span.total_seconds()))
    days, hours = total // _DAY, total % _DAY // _HOUR
    minutes, seconds = total % _HOUR // _MINUTE, total % _MINUTE
    if days:
        return f"{days} {units[0]} {hours} {units[1]}"
    if hours:
        return f"{hours} {units[1]} {minutes:02d} {units[2]}"
    if minutes >= 10:  # noqa: PLR2004  (seconds no longer matter to a reader)
        return f"{minutes} {units[2]}"
    if minutes:
        return f"{minutes} {units[2]} {seconds:02d} {units[3]}"
    return f"{seconds} {units[3]}"


def whole_seconds(begin: datetime, end: datetime) -> int:
    """Return the seconds between two instants as they are printed, cut to the second."""
    cut = end.replace(microsecond=0) - begin.replace(microsecond=0)
    return max(0, int(cut.total_seconds()))


def lasted(begin: datetime, end: datetime, language: Language) -> str:
    """Return how long it was between two instants, as who subtracts them finds: to the second.

    `6 phút 55 giây`, `1 giờ 00 phút 05 giây`; without lesser units that are all nought: `3 giờ`.
    """
    names = ("ngày", "giờ", "phút", "giây") if language == "vi" else ("d", "h", "min", "s")
    total = whole_seconds(begin, end)
    parts = [total // _DAY, total % _DAY // _HOUR, total % _HOUR // _MINUTE, total % _MINUTE]
    some = [place for place, n in enumerate(parts) if n]
    if not some:
        return f"0 {names[-1]}"
    first, last = some[0], some[-1]
    head = f"{parts[first]} {names[first]}"
    rest = (f"{parts[place]:02d} {names[place]}" for place in range(first + 1, last + 1))
    return " ".join((head, *rest))


def seconds(value: float, language: Language) -> str:
    """Return a time as long as it is: `0,8 ms`, `12,5 s`, `4 giờ 17 phút`, `500 ngày`."""
    size = abs(value)
    if size < _LEAST:
        return f"0{_GLUE}ms"
    if size < 1:
        return f"{plain(value * 1000, language)}{_GLUE}ms"
    if size < _MINUTE:
        return f"{plain(value, language)}{_GLUE}s"
    sign = "-" if value < 0 else ""
    said = length(timedelta(seconds=size), language)
    return sign + _EMPTY.sub("", said)


def instant(value: float, language: Language) -> str:
    """Return a Unix time as the province's clock shows it, a dash where there is none."""
    if not 0 < value < datetime(9999, 1, 1, tzinfo=UTC).timestamp():
        return "–"
    return datetime.fromtimestamp(value, LOCAL).strftime("%d/%m/%Y %H:%M")


def left(value: float, now: datetime, language: Language) -> str:
    """Return how long it is until a Unix time, whole days of a long one: `còn 412 ngày`."""
    span = value - now.timestamp()
    far = abs(span) >= 2 * _DAY
    size = timedelta(days=abs(span) // _DAY) if far else timedelta(seconds=abs(span))
    said = seconds(size.total_seconds(), language)
    text = Text("còn {}", "{} left") if span >= 0 else Text("hết hạn {} trước", "ended {} ago")
    return text.said(language).format(said)


def _per_cent(value: float, language: Language) -> str:
    return f"{_rounded(value, language, 4)}%"


def _scaled(value: float, language: Language, unit: str) -> str:
    """Return a value with the thousand of its unit that leaves the fewest digits: `1,5 MB`."""
    factor, prefix = next((step for step in _STEPS if abs(value) >= step[0]), (1.0, ""))
    return f"{_rounded(value / factor, language, 4)}{_GLUE}{prefix}{unit}"


def _bytes(value: float, language: Language) -> str:
    factor = next((step for step, _ in _STEPS if abs(value) >= step), None)
    if factor is None:
        return f"{plain(value, language)}{_GLUE}byte"
    return _scaled(value, language, "B")


def _with(vi: str, en: str | None = None, factor: float = 1.0) -> Callable[[float, Language], str]:
    unit = Text(vi, vi if en is None else en)

    def said(value: float, language: Language) -> str:
        return f"{plain(value * factor, language)}{_GLUE}{unit.said(language)}"

    return said


def _times(factor: float) -> Callable[[float, Language], str]:
    return lambda value, language: seconds(value * factor, language)


def _bit_rate(value: float, language: Language) -> str:
    return _scaled(value, language, "bit/s")


_Written = Callable[[float, Language], str]
# by the end of the name, the longest first
_SUFFIXES: Mapping[str, _Written] = {
    "_bits_per_second": _bit_rate,
    "_frames_per_second": _with("hình/s", "frames/s"),
    "_timestamp_seconds": instant,
    "_time_seconds": seconds,
    "_seconds": seconds,
    "_bytes": _bytes,
    "_ratio": lambda value, language: _per_cent(value * 100, language),
    "_celsius": _with("°C"),
    "_volts": _with("V"),
    "_amperes": _with("A"),
    "_watts": lambda value, language: _scaled(value, language, "W"),
    "_hertz": _with("Hz"),
    "_dbm": _with("dBm"),
    "_rpm": _with("vòng/phút", "rpm"),
    "_pixels": _with("điểm ảnh", "px"),
    "_packets": _with("gói", "packets"),
    "_messages": _with("thư", "messages"),
}
_NAMED: Mapping[str, _Written] = {
    "probe_ssl_earliest_cert_expiry": instant,
    "node_boot_time_seconds": instant,
    "probe_http_content_length": _bytes,
    "probe_http_uncompressed_body_length": _bytes,
    "bgpPeerFsmEstablishedTime": seconds,
    "sysUpTime": _times(0.01),
    "ifLastChange": _times(0.01),
    "dot1dStpTimeSinceTopologyChange": _times(0.01),
    "rttMonLatestRttOperCompletionTime": _times(0.001),
    "fgVWLHealthCheckLinkJitter": _times(0.001),
    "fgVWLHealthCheckLinkLatency": _times(0.001),
    "fgVWLHealthCheckLinkPacketLoss": _per_cent,
    "fgLinkMonitorJitter": _times(0.001),
    "fgLinkMonitorLatency": _times(0.001),
    "fgLinkMonitorPacketLoss": _per_cent,
    "fgLteRssi": _with("dBm"),
    "fgWcdmaRssi": _with("dBm"),
    "jnxRpmResSumPercentLost": _per_cent,
    "physicalDiskProgress": _per_cent,
    "physicalDiskRemainingRatedWriteEndurance": _per_cent,
    "ifHighSpeed": lambda value, language: _bit_rate(value * 1e6, language),
    "ifHCInOctets": _bytes,
    "ifHCOutOctets": _bytes,
}
# an answer of OCSP ends too, but the next one is fresh again
_ENDS = frozenset({"probe_ssl_earliest_cert_expiry", "probe_crl_next_update_timestamp_seconds"})


def runs_out(name: str) -> bool:
    """Say whether a metric is the Unix time at which something we rely on ends."""
    return name in _ENDS or name.endswith("_expiry_timestamp_seconds")


def written(name: str, value: float, language: Language) -> str:
    """Return the value of a metric as a person reads it: `21,8 °C`, `500 ngày`, `1,5 MB`, `3%`."""
    return _written(name)(value, language)


def _written(name: str) -> _Written:
    if name in _NAMED:
        return _NAMED[name]
    base = name.removesuffix("_total").removesuffix("_limit")
    return next((said for end, said in _SUFFIXES.items() if base.endswith(end)), plain)
