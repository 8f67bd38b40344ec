"""What a bot's server answers: Telegram's form, which Zalo Bot took over.

`{"ok": true, "result": {"message_id": …}}`, or `{"ok": false, "error_code": …, "description": …}`
under whatever status.
"""

from collections.abc import Mapping
from urllib.parse import quote

from alerts.channels._http import LONGEST_WAIT, Answer, not_understood, refusal
from core.channel import GiveUp, Retry

_BAD_REQUEST = 400


def method(base: str, token: str, name: str) -> str:
    """Return the address of a bot's method."""
    return f"{base.rstrip('/')}/bot{quote(token, safe=':')}/{name}"


def judged(answer: Answer) -> str:
    """Return the number of the message; raise Retry or GiveUp."""
    said = answer.json()
    known = said if isinstance(said, Mapping) else {}
    if known.get("ok") is False:
        raise _refusal(known, answer)
    if not answer.fine:
        raise refusal(answer)
    if known.get("ok") is not True:
        raise not_understood(answer)
    result = known.get("result")
    number = result.get("message_id") if isinstance(result, Mapping) else None
    return f"message {number}" if number is not None else answer.said


def _refusal(known: Mapping[str, object], answer: Answer) -> Retry | GiveUp:
    code, words = known.get("error_code"), str(known.get("description") or "")
    more = known.get("parameters")
    after = more.get("retry_after") if isinstance(more, Mapping) else None
    wait = min(max(after, 0), LONGEST_WAIT) if isinstance(after, int) else answer.retry_after
    if not isinstance(code, int) or not _BAD_REQUEST <= code < 1000:  # noqa: PLR2004
        code = answer.status if not answer.fine else 0
    if code == _BAD_REQUEST:  # there is one chat, in the settings: it is the channel that is wrong
        return GiveUp(f"{code} {words}", channel_broken=True)
    if code < _BAD_REQUEST:
        return Retry(f"refused: {words}", wait)
    return refusal(Answer(code, words, wait))
