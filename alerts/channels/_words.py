"""Which words of a message a channel carries, and to which form of a telephone number."""

from typing import Annotated, Literal

from pydantic import BaseModel

from alerts.wording import sms
from core.channel import GiveUp
from core.incident import Message, Short
from core.telephone import COUNTRY, international
from core.text import Text

Detail = Annotated[
    Literal["minimal", "full"],
    Text(
        vi='Nội dung gửi đi: "minimal" (mã, mức độ, số điểm cầu, giờ, liên kết) hoặc "full" '
        "(cả nguyên nhân và nơi hỏng; dịch vụ bên ngoài sẽ đọc được)",
        en='What is sent: "minimal" (code, severity, count, time, link) or "full" '
        "(cause and place too; the service outside can read it)",
    ),
]
PhoneForm = Literal["84", "+84", "0"]


def short(message: Message) -> Short:
    """Return a message in few words; one that has none tells no more than its id."""
    return message.short or Short(sms=sms(message.body), minimal=message.id, template="test")


def as_sms(_params: BaseModel, message: Message) -> str:
    """Return the text of a message as an SMS."""
    return short(message).sms


def worded(message: Message, detail: Literal["minimal", "full"]) -> str:
    """Return the text that a service outside may carry."""
    if detail == "minimal":
        return short(message).minimal
    return f"{message.subject}\n\n{message.body}".strip()


def clipped(text: str, most: int) -> str:
    """Return a text of at most so many characters."""
    return text if len(text) <= most else f"{text[: most - 1]}…"


def number(message: Message, form: PhoneForm = "84") -> str:
    """Return the number to tell in the form that is wanted; GiveUp if there is none.

    A number of another country keeps its own.
    """
    digits = international(message.to)
    if not digits:
        raise GiveUp("there is no telephone number to send to")
    if form == "0" and digits.startswith(COUNTRY):
        return f"0{digits.removeprefix(COUNTRY)}"
    return f"+{digits}" if form == "+84" else digits
