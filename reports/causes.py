"""Why was something out of service? The reasons of the judge, in words for a report."""

from collections.abc import Iterable

from core.finding import Finding
from core.history import Span
from core.status import Status
from core.text import Text

_WORDS = {
    "confirmed_silence": Text(vi="không phản hồi", en="no answer"),
    "gateway_lost": Text(vi="mất kết nối tới thiết bị cổng", en="its gateway was lost"),
    "mains_suspected": Text(vi="nghi mất điện", en="a power cut, most likely"),
    "port_down": Text(vi="cổng nối mất tín hiệu hoặc bị tắt", en="its port was down or shut"),
    "refused": Text(vi="dịch vụ từ chối kết nối", en="the service refused connections"),
}
_LOST = Text(vi="mất kết nối", en="connection lost")


def in_words(reason: str, root: Text | None) -> Text:
    """Return the reason of an outage; `root` is what stands above and failed, if not itself."""
    if root is not None and reason == "shared_failure":
        return Text(vi=f"mất cùng {root.vi}", en=f"lost together with {root.en}")
    if root is not None and reason == "dependency_failed":
        return Text(vi=f"ngừng theo {root.vi}", en=f"out of service because of {root.en}")
    if root is not None:
        return Text(vi=f"không tới được do {root.vi}", en=f"not reachable because of {root.en}")
    return _WORDS.get(reason, _LOST)


def as_stated(finding: Finding) -> Text:
    """Return the cause that a person stated: its kind, and what else they wrote."""
    more = f": {finding.text}" if finding.text else ""
    return Text(vi=finding.name + more, en=finding.name_en + more)


def longest(
    span: Span, rows: Iterable[tuple[int, Status, str, str | None]]
) -> tuple[str, str | None]:
    """Return (reason, root) that held the longest within an outage; of equals the first.

    `rows` are (second, status, reason, cause) in order; the first may begin before the span.
    """
    held: dict[tuple[str, str | None], int] = {}
    ordered = list(rows)
    for number, (at, _, reason, cause) in enumerate(ordered):
        until = ordered[number + 1][0] if number + 1 < len(ordered) else span.end
        lasted = min(until, span.end) - max(at, span.begin)
        held[reason, cause] = held.get((reason, cause), 0) + max(0, lasted)
    return max(held, key=lambda key: held[key]) if held else ("", None)
