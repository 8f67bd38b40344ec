"""What does an answer mean, and what is said to it? "ok42", "Đã nhận 0042, em đang ra trạm"."""

import re

from core.answer import Outcome, Replies, Verdict
from core.telephone import is_whole
from core.text import Language, Text, fold, nfc

DIGITS = 4  # of a code, as long as that leaves room
_LONGEST = 6  # digits of a code
_READ = 500  # characters of an answer that count
_YES = frozenset({"ok", "oke", "okay", "okey", "oki", "nhan", "ack"})
# As written: without its marks "chữa" (mending) would be "chưa" (not yet), "Huy" (a name) "huỷ".
_NO = frozenset(
    {"không", "khong", "ko", "kg", "chưa", "chua", "đừng", "h\u1ee7y", "huỷ", "not", "dont"}
)
_INCIDENT = re.compile(r"\bsc-?\d{8}-?\d{4}\b")
_PIECES = re.compile(r"[a-z]+|[0-9]+")
_WORDS = re.compile(r"[^\W\d_]+")
_NAMED = 2  # incidents that a reply names
BY_SENDER, BY_CHANNEL = 6, 60  # replies an hour


def written(code: str) -> str:
    """Return what a person is to send back."""
    return f"OK {code}"


def code_in(text: str) -> str | None:
    """Return the code that an answer says yes to; None if it says no, or names none.

    A code by itself is a yes. Leading zeros may be missing; words around it do not matter, but
    for those that say no: then nothing is taken for granted.
    """
    text = nfc(text[:_READ]).casefold()
    if not _NO.isdisjoint(_WORDS.findall(text)):
        return None
    pieces: list[str] = _PIECES.findall(_INCIDENT.sub(" ", fold(text)))
    numbers = [at for at, piece in enumerate(pieces) if _may_be(piece)]
    if len(pieces) == 1 and numbers and len(pieces[0]) >= DIGITS:
        return pieces[0]
    said = [at for at, piece in enumerate(pieces) if piece in _YES]
    if not said or not numbers:
        return None
    after = (at for at in numbers if at == said[0] + 1)
    return pieces[next(after, numbers[0])].zfill(DIGITS)


def _may_be(piece: str) -> bool:
    return piece.isdecimal() and len(piece) <= _LONGEST


def may_reply(outcome: Outcome, sender: str, *, by_phone: bool) -> bool:
    """Say whether the sender hears what came of it: not for ever, and never a machine.

    Two programs that answer each other would go on until the credit is spent.
    """
    if outcome.again or (by_phone and not is_whole(sender)):
        return False
    lately = outcome.replies or Replies()
    if outcome.verdict is Verdict.STRANGER and lately.sender_day:
        return False
    return lately.sender_hour < BY_SENDER and lately.channel_hour < BY_CHANNEL


def reply(outcome: Outcome, by: str, language: Language) -> str:
    """Return what is said to the sender, short enough for one SMS.

    `by` is the full name of who has taken it on, the sender or somebody before.
    """
    codes = ", ".join(outcome.incidents[:_NAMED])
    if (more := len(outcome.incidents) - _NAMED) > 0:
        codes += _MORE.said(language).format(more)
    words = _REPLIES[outcome.verdict].said(language)
    return words.format(codes=codes, by=by, code=outcome.code or "")


_MORE = Text(vi=" và {0} sự cố khác", en=" and {0} more")
_REPLIES = {
    Verdict.TAKEN: Text(
        vi="Đã ghi nhận: {by} tiếp nhận {codes}. Cảm ơn.",
        en="Noted: {by} has taken on {codes}. Thank you.",
    ),
    Verdict.PROVEN: Text(
        vi="Đã xác nhận: số này là của {by}. Cảm ơn.",
        en="Confirmed: this number is {by}'s. Thank you.",
    ),
    Verdict.ALREADY: Text(
        vi="{codes} đã được {by} tiếp nhận trước đó. Không cần làm gì thêm.",
        en="{by} had taken on {codes} before. Nothing more to do.",
    ),
    Verdict.ENDED: Text(
        vi="{codes} đã kết thúc, không cần tiếp nhận nữa.",
        en="{codes} is over, nobody need take it on any more.",
    ),
    Verdict.EXPIRED: Text(
        vi="Mã {code} đã hết hạn. Xin mở đường dẫn trong tin hoặc đăng nhập.",
        en="Code {code} has expired. Please use the link in the message, or log in.",
    ),
    Verdict.UNKNOWN: Text(
        vi="Không có mã {code} nào gửi cho bạn. Xin xem lại mã trong tin báo.",
        en="No code {code} was sent to you. Please look at the message again.",
    ),
    Verdict.UNCLEAR: Text(
        vi="Chưa rõ ý, chưa ghi nhận gì. Để tiếp nhận, trả lời OK và mã trong tin, ví dụ OK 0042.",
        en="Not understood, nothing is noted. To take it on, answer OK and the code, as OK 0042.",
    ),
    Verdict.STRANGER: Text(
        vi="Hệ thống không nhận ra người gửi nên chưa ghi nhận gì. Xin báo quản trị viên.",
        en="The sender is not known, so nothing is noted. Please tell the administrator.",
    ),
}
