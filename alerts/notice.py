"""A word to one person that is about no incident: how the platform, a rota or a paper stands."""

from datetime import datetime
from hashlib import sha256

from alerts.wording import moment_in_brief, plain, registered, shortened
from core.incident import Message, Short
from core.text import Language


def notice(
    about: str,
    known_by: str,
    *,
    to: str,
    subject: str,
    body: str,
    at: datetime,
    language: Language,
    url: str = "",
    **data: object,
) -> Message:
    """Return the message, with its few words for phones and for services outside.

    `about`: platform, rota, shift, certificates …; `known_by`: the same when the same is said
    again to the same address, and nothing else. A gateway knows four registered texts, so its SMS
    is in the words of a problem.
    """
    mark = sha256(f"{about} {known_by} {to}".encode()).hexdigest()[:16]
    parts = shortened("problem", language, (plain(subject), moment_in_brief(at), mark[:8]))
    short = Short(
        sms=registered("problem", language, parts),
        minimal=f"{subject}. {url}".strip(),
        template="problem",
        parts=parts,
    )
    return Message(
        id=f"{about}.{mark}",
        to=to,
        subject=subject,
        body=body,
        data={"purpose": about, **data, "sms": short.sms, "url": url},
        short=short,
    )
