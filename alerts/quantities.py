"""How is a measured value written? In the unit that its series' name ends with."""

from core.inventory import Rule

_UNITS = {"_celsius": "°C", "_volts": "V", "_amperes": "A", "_watts": "W", "_dbm": "dBm"}
_SIGNS = {"above": ">", "below": "<"}


def written(rule: Rule, value: float) -> str:
    """Return a value that a rule compares, with its unit: `120 ms`, `1.5 %`, `95 %`, `3`."""
    if rule.value == "of_capacity":
        return f"{value:.4g} %"
    if rule.value == "expression":
        return f"{value:.6g}"
    if rule.metric.endswith("_ratio") and rule.value != "rate":
        return f"{value * 100:.4g} %"
    if rule.metric.endswith("_seconds") and rule.value != "rate":
        return f"{value * 1000:.4g} ms" if abs(value) < 1 else f"{value:.4g} s"
    if rule.value == "rate":
        return f"{value:.6g}/s"
    unit = _UNITS.get(f"_{rule.metric.rpartition('_')[2]}")
    return f"{value:.6g} {unit}" if unit else f"{value:.6g}"


def bound(rule: Rule) -> str:
    """Return the threshold as people read it: `> 90 %`."""
    return f"{_SIGNS[rule.comparison]} {written(rule, rule.threshold)}"


def compared(rule: Rule, value: float | None) -> str:
    """Return what was measured and what it was held against: `93.2 % > 90 %`."""
    return f"{written(rule, value)} {bound(rule)}" if value is not None else bound(rule)
