"""How is the value that a rule compares written? As its metric's is, as far as it is one."""

from core import quantity
from core.inventory import Rule
from core.text import Language

_SIGNS = {"above": ">", "below": "<"}
_GLUE = "\N{NO-BREAK SPACE}"  # a text message would take 70 letters instead of 160 for it


def written(rule: Rule, value: float, language: Language = "en") -> str:
    """Return a value that a rule compares, with its unit: `120 ms`, `1.5%`, `95 %`, `3/s`.

    What is kept for readers of both languages is written in English: its units are signs.
    """
    if rule.value == "of_capacity":
        return f"{quantity.plain(value, language)} %"
    if rule.value == "expression":
        return quantity.plain(value, language)
    if rule.value == "rate":
        return f"{quantity.plain(value, language)}/s"
    return quantity.written(rule.metric, value, language).replace(_GLUE, " ")


def bound(rule: Rule, language: Language = "en") -> str:
    """Return the threshold as people read it: `> 90 %`."""
    return f"{_SIGNS[rule.comparison]} {written(rule, rule.threshold, language)}"


def compared(rule: Rule, value: float | None) -> str:
    """Return what was measured and what it was held against: `93.2 % > 90 %`."""
    return f"{written(rule, value)} {bound(rule)}" if value is not None else bound(rule)
