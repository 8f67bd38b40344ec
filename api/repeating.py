"""What comes back, said in words; and the rule behind the few choices of a form."""

import re
from datetime import date, datetime

from core.clock import LOCAL
from core.text import Language, Text

_SHORT = {
    "MO": Text("T2", "Mon"),
    "TU": Text("T3", "Tue"),
    "WE": Text("T4", "Wed"),
    "TH": Text("T5", "Thu"),
    "FR": Text("T6", "Fri"),
    "SA": Text("T7", "Sat"),
    "SU": Text("CN", "Sun"),
}
_EACH = {
    "DAILY": (Text("mỗi ngày", "every day"), Text("{0} ngày một lần", "every {0} days")),
    "WEEKLY": (Text("mỗi tuần", "every week"), Text("{0} tuần một lần", "every {0} weeks")),
    "MONTHLY": (Text("mỗi tháng", "every month"), Text("{0} tháng một lần", "every {0} months")),
    "YEARLY": (Text("mỗi năm", "every year"), Text("{0} năm một lần", "every {0} years")),
}
_TIMES = Text("{0} lần", "{0} times")
_UNTIL = Text("đến {0}", "until {0}")
_ON = Text("vào {0}", "on {0}")
_THE_DAY = Text("ngày {0}", "day {0}")
_IN_MONTH = Text("tháng {0}", "in month {0}")
_CHOICES = {
    "daily": "FREQ=DAILY",
    "workdays": "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR",
    "weekly": "FREQ=WEEKLY",
    "monthly": "FREQ=MONTHLY",
}
CHOICES = {
    "daily": Text("hằng ngày", "every day"),
    "workdays": Text("thứ Hai đến thứ Sáu", "Monday to Friday"),
    "weekly": Text("hằng tuần, cùng thứ", "every week, on the same day"),
    "monthly": Text("hằng tháng, cùng ngày", "every month, on the same date"),
}


def chosen(choice: str, last: date | None) -> str | None:
    """Return the rule of a choice of the form, None for once. Without a last day it never ends."""
    rule = _CHOICES.get(choice)
    if rule is None or last is None:
        return rule
    return f"{rule};UNTIL={last:%Y%m%d}"


def said(rule: str, language: Language) -> str:
    """Return a kept rule in words; parts that nobody writes stay as they are."""
    parts = dict(part.split("=", 1) for part in rule.split(";"))
    step = parts.get("INTERVAL", "1")
    once, several = _EACH[parts["FREQ"]]
    words = [(once if step == "1" else several).said(language).format(step)]
    if days := parts.get("BYDAY"):
        words.append(_ON.said(language).format(_days(days, language)))
    if day := parts.get("BYMONTHDAY"):
        words.append(_THE_DAY.said(language).format(day))
    if month := parts.get("BYMONTH"):
        words.append(_IN_MONTH.said(language).format(month))
    if place := parts.get("BYSETPOS"):
        words.append(f"BYSETPOS={place}")
    end = (
        _TIMES.said(language).format(parts["COUNT"])
        if "COUNT" in parts
        else _UNTIL.said(language).format(_day(parts["UNTIL"]))
    )
    return f"{' '.join(words)}, {end}"


def _days(listed: str, language: Language) -> str:
    return ", ".join(
        re.sub(r"[A-Z]{2}", lambda day: _SHORT[day[0]].said(language), one)
        for one in listed.split(",")
    )


def _day(until: str) -> str:
    if until.endswith("Z"):
        utc = datetime.strptime(f"{until[:-1]}+0000", "%Y%m%dT%H%M%S%z")
        return f"{utc.astimezone(LOCAL):%d/%m/%Y}"
    return f"{until[6:8]}/{until[4:6]}/{until[:4]}"
