"""Why is this person told? Said in the message itself, and in the ledger that a manager reads."""

from collections.abc import Iterable
from datetime import timedelta
from types import MappingProxyType

from core.incident import ASKING, Chain, Notification
from core.text import Text

FIRST = "new_problem"
GROWN = "touches_your_unit"
OFFICER = "your_meeting"
TOGETHER = "together"
ESCALATED = "escalated"
UNREACHED = "unreached"
NOBODY = "nobody_on_duty"
REMINDER = "reminder"

_SAME = timedelta(minutes=1)  # what is due so close is told together
REASON = MappingProxyType(
    {
        FIRST: Text("phụ trách nơi có sự cố", "looks after what is touched"),
        GROWN: Text("sự cố lan đến đơn vị phụ trách", "it has come to touch what they look after"),
        OFFICER: Text(
            "trực kỹ thuật của cuộc họp bị ảnh hưởng", "on duty for the meeting that is affected"
        ),
        TOGETHER: Text("báo cùng lúc với bước đầu", "told together with the first step"),
        ESCALATED: Text("bước tiếp theo, chưa ai tiếp nhận", "next step: nobody had taken it on"),
        UNREACHED: Text("bước trước không báo được ai", "the step before reached nobody"),
        "split_off": Text("đã được báo trước khi tách", "was told before it was split off"),
        REMINDER: Text("nhắc lại, chưa ai tiếp nhận", "reminder: nobody had taken it on"),
        NOBODY: Text("không có ai trực, báo mọi người", "nobody on duty: all are told"),
        "recovered": Text("đã được báo khi có sự cố", "was told of the problem"),
        "silence_ended": Text("hết tạm dừng báo", "the silence has ended"),
        "works_ended": Text("hết bảo trì", "the works have ended"),
    }
)
_AFTER = {
    ESCALATED: Text("sau {n} phút chưa ai tiếp nhận", "nobody had taken it on for {n} min"),
    REMINDER: Text(
        "nhắc lại, sau {n} phút chưa ai tiếp nhận",
        "reminder: nobody had taken it on for {n} min",
    ),
}
_BESIDE = Text("báo cùng lúc với {who}", "told together with {who}")


def reason_in_words(
    note: Notification, told: Iterable[Notification], names: Iterable[str] = ()
) -> Text:
    """Return why somebody is told; `told` are all messages and promises of the incident.

    `names`: those who are told `beside`.
    """
    who = ", ".join(names)
    if note.reason == TOGETHER and who:
        return Text(_BESIDE.vi.format(who=who), _BESIDE.en.format(who=who))
    minutes = _minutes(note, told)
    if note.reason in _AFTER and minutes:
        words = _AFTER[note.reason]
        return Text(words.vi.format(n=minutes), words.en.format(n=minutes))
    return REASON.get(note.reason, Text(note.reason, note.reason))


def beside(
    note: Notification, told: Iterable[Notification], chain: Chain | None = None
) -> list[str]:
    """Return the contacts who are told at the same time because it is theirs to begin with.

    Where their messages are not made yet, the `chain` may say who they are.
    """
    if note.reason != TOGETHER:
        return []
    first = chain.steps[0].contact if chain is not None else None
    found = (
        row.recipient
        for row in told
        if row.step is None
        and row.purpose in ASKING
        and row.reason in {FIRST, OFFICER}
        and row.recipient not in {note.recipient, row.channel}
        and abs(row.due_at - note.due_at) < _SAME
    )
    return list(dict.fromkeys(found)) or ([first] if first is not None else [])


def _minutes(note: Notification, told: Iterable[Notification]) -> int:
    """Return how many minutes after the first telling a message was due."""
    first = min((row.due_at for row in told if row.purpose in ASKING), default=note.due_at)
    return round((note.due_at - first) / timedelta(minutes=1))
