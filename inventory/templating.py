"""Templates: what to look at in a system that the documents name, with the fields one must know.

A template is a TOML file in `inventory/templates`, named as people name it in an inventory. It lists
the rows of the checklist it serves, its fields, and its checks; in a check's parameters `$field`
stands for what a person filled in. A field that was left out takes the parameters with it that are
made of it, and the checks that need it.
"""

import json
import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from importlib.resources import files
from string import Template as Words
from typing import Annotated

from pydantic import Field, StringConstraints

from core.inventory import Measure
from core.model import Line, Model, Slug
from core.text import Text
from core.watching import Check
from inventory import faults
from inventory.faults import Fault

_FIELD = re.compile(r"\$(?:\{([a-z][a-z0-9_]*)\}|([a-z][a-z0-9_]*))")
_PART = re.compile(r"\s*;\s*")
Name = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,31}$")]


class Entry(Model):
    """One field of a template's form."""

    vi: Line
    en: Line
    example: str
    required: bool = False
    default: str | None = None
    pattern: str | None = None  # of the whole value
    many: bool = False  # several values, blanks between


class Look(Model):
    """One check of a template. `needs`: the fields without which it is left out."""

    collector: str
    params: Mapping[str, object] = Field(default_factory=dict)
    address: str | None = None  # None: the target's own
    interval: float = 300.0  # seconds
    timeout: float = 20.0
    secret: bool = False  # the row's credential is for this check
    needs: tuple[Name, ...] = ()


class Template(Model):
    """What to look at in one kind of system."""

    name: Slug
    rows: tuple[str, ...]  # of the checklist, such as D2
    vi: Line
    en: Line
    help_vi: str
    help_en: str
    unconfirmed: bool = True  # nobody has tried it on such a system in service
    board: str = "services"
    secret_vi: Line | None = None  # what its credential is; None: it has none
    secret_en: Line | None = None
    fields: Mapping[Name, Entry] = Field(default_factory=dict)
    checks: tuple[Look, ...]

    @property
    def title(self) -> Text:
        """Return what people call it."""
        return Text(vi=self.vi, en=self.en)


@cache
def templates() -> Mapping[str, Template]:
    """Return every template by name."""
    found = {}
    for file in sorted(files("inventory.templates").iterdir(), key=lambda file: file.name):
        if file.name.endswith(".toml"):
            name = file.name.removesuffix(".toml")
            found[name] = Template.model_validate({**tomllib.loads(file.read_text()), "name": name})
    return found


def given(text: str | None) -> dict[str, str] | None:
    """Return the parameters of a cell: `field=value; field=value`, or a JSON object of strings.

    None: it cannot be read.
    """
    if not text:
        return {}
    if text.lstrip().startswith("{"):
        try:
            found = json.loads(text)
        except ValueError:
            return None
        strings = isinstance(found, dict) and all(isinstance(v, str) for v in found.values())
        return found if strings else None
    pairs = [part.partition("=") for part in _PART.split(text.strip()) if part]
    if any(not key.strip() or not equals for key, equals, _ in pairs):
        return None
    return {key.strip(): value.strip() for key, _, value in pairs}


def fault_of(measure: Measure) -> tuple[str, Fault] | None:
    """Return the column of a row that is wrong, and why; None if it can be used."""
    template = templates().get(measure.template)
    if template is None:
        return "template", faults.no_template(measure.template, tuple(templates()))
    values = given(measure.params)
    if values is None:
        return "params", faults.unread_params(_example(template))
    unknown = next((key for key in values if key not in template.fields), None)
    if unknown is not None:
        return "params", faults.unknown_param(unknown, template.name, tuple(template.fields))
    for name, entry in template.fields.items():
        value = values.get(name)
        if not value and entry.required:
            return "params", faults.missing_param(name, entry.vi, entry.en, entry.example)
        if value and entry.pattern and not re.fullmatch(entry.pattern, value):
            return "params", faults.unfit_param(name, value, entry.example)
    if template.secret_vi and template.secret_en and measure.secret is None:
        if any(look.secret and not look.needs for look in template.checks):
            return "secret", faults.missing_secret(template.secret_vi, template.secret_en)
    return None


def _example(template: Template) -> str:
    shown = (f"{name}={entry.example}" for name, entry in template.fields.items())
    return "; ".join(shown)


def checks(
    measure: Measure, host: str, vantage: str, labels: tuple[tuple[str, str], ...]
) -> Iterator[Check]:
    """Yield the checks of a template filled in for a target; none if it cannot be used.

    They never decide whether the target is up: what they find amiss degrades it.
    """
    if fault_of(measure) is not None:
        return
    template = templates()[measure.template]
    defaults = {n: e.default for n, e in template.fields.items() if e.default is not None}
    values = {
        **defaults,
        "host": host,
        **{k: v for k, v in (given(measure.params) or {}).items() if v},
    }
    many = frozenset(name for name, entry in template.fields.items() if entry.many)
    used = [look for look in template.checks if all(need in values for need in look.needs)]
    for number, look in enumerate(used):
        name = measure.slug if len(used) == 1 else f"{measure.slug}-{look.collector}-{number + 1}"
        yield Check(
            slug=f"{measure.target}/{name}",
            target=measure.target,
            collector=look.collector,
            address=str(_filled(look.address, values, many) or measure.address or host),
            params=_params(look.params, values, many),
            vantage=vantage,
            interval=float(measure.interval or look.interval),
            timeout=look.timeout,
            secret=measure.secret if look.secret else None,
            labels=tuple(sorted((*labels, ("check", name)))),
        )


def _params(
    params: Mapping[str, object], values: Mapping[str, str], many: frozenset[str]
) -> dict[str, object]:
    """Return parameters with their fields filled in, without those whose field was left out."""
    filled = {_filled(key, values, many): _filled(v, values, many) for key, v in params.items()}
    return {str(key): v for key, v in filled.items() if key is not None and v is not None}


def _filled(value: object, values: Mapping[str, str], many: frozenset[str]) -> object:
    if isinstance(value, str):
        names = [a or b for a, b in _FIELD.findall(value)]
        if any(name not in values for name in names):
            return None
        if len(names) == 1 and _FIELD.fullmatch(value) and names[0] in many:
            return values[names[0]].split()
        return Words(value).substitute(values)
    if isinstance(value, Mapping):
        if any(need not in values for need in value.get("needs", ())):
            return None  # a step that is made of what was left out
        return _params({k: v for k, v in value.items() if k != "needs"}, values, many)
    if isinstance(value, Sequence):
        kept = (_filled(one, values, many) for one in value)
        return [one for one in kept if one is not None]
    return value
