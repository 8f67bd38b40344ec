"""One message in the place of many to one person: a storm must not ring a phone twenty times."""

from collections.abc import Sequence

from alerts.wording import sms
from core.incident import Message
from core.text import Language, Text


def digest(messages: Sequence[Message], language: Language, url: str = "") -> Message:
    """Return one message that says what several say, each with its own link to answer.

    `messages` are to one person, at least one. Its id follows from theirs.
    """
    first, count = messages[0], len(messages)
    parts = [f"{n}. {one.subject}\n\n{one.body.strip()}" for n, one in enumerate(messages, start=1)]
    short = str((first.data or {}).get("sms", first.subject))
    return Message(
        id=f"{first.id}+{count - 1}",
        to=first.to,
        subject=_SUBJECT.said(language).format(count, first.subject),
        body="\n\n———\n\n".join([_HEAD.said(language).format(count), *parts]) + "\n",
        data={
            "purpose": "digest",
            "incidents": [one.data for one in messages],
            "sms": sms(_SMS.said(language).format(count, short)),
            "url": url,
        },
    )


_SUBJECT = Text(vi="{0} SỰ CỐ CÙNG LÚC: {1} …", en="{0} OUTAGES AT ONCE: {1} …")
_HEAD = Text(
    vi="{0} sự cố cùng lúc, mỗi sự cố một mục dưới đây, tiếp nhận từng cái.",
    en="{0} outages at once, each told below and taken on by itself.",
)
_SMS = Text(vi="{0} SU CO CUNG LUC, dau tien: {1}", en="{0} OUTAGES AT ONCE, first: {1}")
