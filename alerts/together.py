"""One message in the place of many to one person: a storm must not ring a phone twenty times."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from alerts.wording import registered, shortened
from core.incident import Message, Purpose, Short
from core.text import Language, Text

TOLD = 50  # are told in full, each with its own link; the others are named
_NAMED = 450  # by their subject alone; the others are counted
_MORE = Text(vi="Và {0} sự cố nữa: {1}", en="And {0} more: {1}")


@dataclass(frozen=True, slots=True)
class _Words:
    """How many are told as one. 0: how many; 1: the first of them."""

    subject: Text
    head: Text
    first: Text
    minimal: Text


_PROBLEMS = _Words(
    subject=Text(vi="{0} SỰ CỐ CÙNG LÚC: {1} …", en="{0} OUTAGES AT ONCE: {1} …"),
    head=Text(
        vi="{0} sự cố cùng lúc, mỗi sự cố một mục dưới đây, tiếp nhận từng cái.",
        en="{0} outages at once, each told below and taken on by itself.",
    ),
    first=Text(vi="{0} su co cung luc, dau tien {1}", en="{0} outages at once, first {1}"),
    minimal=Text(
        vi="{0} sự cố cùng lúc, đầu tiên: {1}", en="{0} incidents at once, the first: {1}"
    ),
)
_RECOVERIES = _Words(
    subject=Text(vi="{0} SỰ CỐ ĐÃ HẾT: {1} …", en="{0} OUTAGES ARE OVER: {1} …"),
    head=Text(
        vi="{0} sự cố đã hết, mỗi sự cố một mục dưới đây.",
        en="{0} outages are over, each told below.",
    ),
    first=Text(vi="{0} su co da het, dau tien {1}", en="{0} outages over, first {1}"),
    minimal=Text(vi="{0} sự cố đã hết, đầu tiên: {1}", en="{0} incidents over, the first: {1}"),
)


def together(
    messages: Sequence[Message],
    language: Language,
    url: str = "",
    purpose: Purpose = Purpose.PROBLEM,
) -> Message:
    """Return one message that says what several messages say, each problem with its own link.

    `messages` are to one person, at least one, of one purpose: problems or recoveries. Its id
    follows from theirs. Their code, if they have one, is the same: one answer takes all of them
    on. Of very many only the first are told in full.
    """
    first, count = messages[0], len(messages)
    words = _RECOVERIES if purpose is Purpose.RECOVERY else _PROBLEMS
    parts = [
        f"{n}. {one.subject}\n\n{one.body.strip()}"
        for n, one in enumerate(messages[:TOLD], start=1)
    ]
    parts += _rest(messages, language, url)
    short = _short(first.short, count, language, words) if first.short is not None else None
    return Message(
        id=f"{first.id}+{count - 1}",
        to=first.to,
        subject=words.subject.said(language).format(count, first.subject),
        body="\n\n———\n\n".join([words.head.said(language).format(count), *parts]) + "\n",
        data={
            "purpose": "digest",
            "incidents": [one.data for one in messages],
            "sms": short.sms if short is not None else "",
            "url": url,
        },
        short=short,
    )


def _rest(messages: Sequence[Message], language: Language, url: str) -> list[str]:
    """Return what is said of those that are too many to be told in full."""
    named = messages[TOLD : TOLD + _NAMED]
    lines = [f"{n}. {one.subject}" for n, one in enumerate(named, start=TOLD + 1)]
    more = len(messages) - TOLD - _NAMED
    if more > 0:
        lines.append(_MORE.said(language).format(more, url).rstrip(": "))
    return ["\n".join(lines)] if lines else []


def _short(first: Short, count: int, language: Language, words: _Words) -> Short:
    """Return the few words: the registered text of one, its first part saying how many."""
    template = "recovery" if words is _RECOVERIES else "problem"
    retired = first.template == "retired"
    what, *others = first.parts
    said = words.first.said(language).format(count, what)
    parts = shortened(template, language, (said, *others), retired=retired)
    return replace(
        first,
        sms=registered(template, language, parts, retired=retired),
        minimal=words.minimal.said(language).format(count, first.minimal),
        parts=parts,
    )
