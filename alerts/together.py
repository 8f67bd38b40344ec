"""One message in the place of many to one person: a storm must not ring a phone twenty times."""

from collections.abc import Sequence
from dataclasses import replace

from alerts.wording import registered, shortened
from core.incident import Message, Short
from core.text import Language, Text

_SUBJECT = Text(vi="{0} SỰ CỐ CÙNG LÚC: {1} …", en="{0} OUTAGES AT ONCE: {1} …")
_HEAD = Text(
    vi="{0} sự cố cùng lúc, mỗi sự cố một mục dưới đây, tiếp nhận từng cái.",
    en="{0} outages at once, each told below and taken on by itself.",
)
_FIRST = Text(vi="{0} su co cung luc, dau tien {1}", en="{0} outages at once, first {1}")
_MINIMAL = Text(vi="{0} sự cố cùng lúc, đầu tiên: {1}", en="{0} incidents at once, the first: {1}")


def together(messages: Sequence[Message], language: Language, url: str = "") -> Message:
    """Return one message that says what several problems' messages say, each with its own link.

    `messages` are to one person, at least one. Its id follows from theirs. Their code, if they
    have one, is the same: one answer takes all of them on.
    """
    first, count = messages[0], len(messages)
    parts = [f"{n}. {one.subject}\n\n{one.body.strip()}" for n, one in enumerate(messages, start=1)]
    short = _short(first.short, count, language) if first.short is not None else None
    return Message(
        id=f"{first.id}+{count - 1}",
        to=first.to,
        subject=_SUBJECT.said(language).format(count, first.subject),
        body="\n\n———\n\n".join([_HEAD.said(language).format(count), *parts]) + "\n",
        data={
            "purpose": "digest",
            "incidents": [one.data for one in messages],
            "sms": short.sms if short is not None else "",
            "url": url,
        },
        short=short,
    )


def _short(first: Short, count: int, language: Language) -> Short:
    """Return the few words: the problem's registered text, its first part saying how many."""
    what, *others = first.parts
    parts = shortened("problem", language, (_FIRST.said(language).format(count, what), *others))
    return replace(
        first,
        sms=registered("problem", language, parts),
        minimal=_MINIMAL.said(language).format(count, first.minimal),
        parts=parts,
    )
