"""Templates: what to look at in a system that the documents name, with the fields one must know.

A template is a TOML file in `inventory/templates`, called like the file. It lists the rows of
the checklist that it serves, its fields, and its checks; in a check's parameters `$field` stands
for what a person filled in. A field that was left out takes the parameters with it that are made
of it, and the checks and steps that need it.
"""

import json
import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from importlib.resources import files
from string import Template as Words
from typing import Annotated

from pydantic import Field, StringConstraints, ValidationError

from core.collector import Collector
from core.inventory import Measure
from core.model import Line, Model, Slug
from core.text import Text
from core.watching import Check
from inventory import faults
from inventory.faults import Fault

_FIELD = re.compile(r"\$(?:\{([a-z][a-z0-9_]*)\}|([a-z][a-z0-9_]*))")
_GROUPED = re.compile(r"[1-9][0-9]{0,2}(?:[., ][0-9]{3})+")
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
    lines: bool = False  # several values with blanks in them: a line each, or `|` between
    secret: bool = False  # the name of a credential

    @property
    def label(self) -> Text:
        """Return what people call it."""
        return Text(vi=self.vi, en=self.en)

    @property
    def choices(self) -> tuple[str, ...]:
        """Return the words that its pattern allows; none if it allows others too."""
        words = tuple((self.pattern or "").split("|"))
        return words if all(re.fullmatch(r"[a-z]+", word) for word in words) else ()

    @property
    def numeric(self) -> bool:
        """Say whether only numbers fit."""
        return bool(self.pattern and re.fullmatch(r"[0-9()\[\].+?|-]+", self.pattern))


class Look(Model):
    """One check of a template. `needs`: the fields without which it is left out."""

    collector: str
    params: Mapping[str, object] = Field(default_factory=dict)
    address: str | None = None  # None: the target's own
    interval: float = 300.0  # seconds
    timeout: float = 20.0
    secret: bool = False  # the row's credential is for this check
    trusts: bool = False  # it speaks TLS with a server of ours, as our authorities vouch for
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
    board: str = "services"  # of Grafana, by the name of its module in `grafana/`
    secret_vi: Line | None = None  # what its credential is; None: it has none
    secret_en: Line | None = None
    fields: Mapping[Name, Entry] = Field(default_factory=dict)
    checks: tuple[Look, ...]

    @property
    def title(self) -> Text:
        """Return what people call it."""
        return Text(vi=self.vi, en=self.en)

    @property
    def help(self) -> Text:
        """Return what it looks at."""
        return Text(vi=self.help_vi, en=self.help_en)

    @property
    def credential(self) -> Text | None:
        """Return what its credential is; None: it has none."""
        if self.secret_vi is None:
            return None
        return Text(vi=self.secret_vi, en=self.secret_en or self.secret_vi)

    @property
    def needs_secret(self) -> bool:
        """Say whether it cannot look without a credential, whatever is left out."""
        return any(look.secret and not look.needs for look in self.checks)


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


def written(values: Mapping[str, str]) -> str | None:
    """Return the cell of parameters, which `given` reads again; None for none."""
    left = {name: value for name, value in values.items() if value}
    if not left:
        return None
    pairs = "; ".join(f"{name}={value}" for name, value in left.items())
    return pairs if given(pairs) == left else json.dumps(left, ensure_ascii=False)


def fault_of(measure: Measure) -> tuple[str, Fault] | None:
    """Return the column of a row that is wrong, and why; None if it can be used."""
    return next(((key.partition(".")[0], fault) for key, fault in amiss(measure)), None)


def refused(measure: Measure, collectors: Mapping[str, Collector]) -> tuple[str, Fault] | None:
    """Return what a collector does not take of a row that is filled in; None if all is taken."""
    found = _not_taken(measure, collectors)
    return next(((key.partition(".")[0], fault) for key, fault in found), None)


def amiss(
    measure: Measure, collectors: Mapping[str, Collector] | None = None
) -> Iterator[tuple[str, Fault]]:
    """Yield what is wrong with a row: its column, or `params.` with the template's field, and why.

    What the collectors would say is asked for only where the row is right otherwise.
    """
    template = templates().get(measure.template)
    if template is None:
        yield "template", faults.no_template(measure.template, tuple(templates()))
        return
    values = given(measure.params)
    if values is None:
        yield "params", faults.unread_params(_example(template))
        return
    wrong = [(f"params.{name}", fault) for name, fault in _wrong(template, values)]
    if template.needs_secret and measure.secret is None:
        words = template.secret_vi or "", template.secret_en or ""
        wrong.append(("secret", faults.missing_secret(*words)))
    yield from wrong
    if not wrong and collectors is not None:
        yield from _not_taken(measure, collectors)


def _not_taken(
    measure: Measure, collectors: Mapping[str, Collector]
) -> Iterator[tuple[str, Fault]]:
    template, values = templates()[measure.template], given(measure.params) or {}
    told: set[str] = set()
    for check in checks(measure, "host.invalid", "center", ()):
        collector = collectors.get(check.collector)
        if collector is None:
            yield "template", faults.no_way_to_look(check.collector)
            continue
        try:
            collector.params.model_validate(dict(check.params))
        except ValidationError as error:
            key = next((str(part) for part in error.errors(include_url=False)[0]["loc"]), "")
            if key in told:
                continue  # several checks are made of the same field
            told.add(key)
            if key in template.fields:
                example = template.fields[key].example
                yield f"params.{key}", faults.unfit_param(key, values.get(key, ""), example)
            else:  # it is made of several, or called otherwise
                yield "params", faults.unread_params(_example(template))


def _wrong(template: Template, values: Mapping[str, str]) -> Iterator[tuple[str, Fault]]:
    """Yield the parameters of a template that are wrong, and why."""
    for key in values:
        if key not in template.fields:
            yield key, faults.unknown_param(key, template.name, tuple(template.fields))
    for name, entry in template.fields.items():
        value = values.get(name)
        if not value and entry.required:
            yield name, faults.missing_param(name, entry.vi, entry.en, entry.example)
        if value and entry.numeric and re.fullmatch(_GROUPED, value):
            yield name, _grouped(value)
        elif value and entry.pattern and not re.fullmatch(entry.pattern, value):
            yield name, faults.unfit_param(name, value, entry.example)


def _grouped(value: str) -> Fault:
    """Tell of a number with a point before three digits: a thousand to whoever writes it here."""
    if re.fullmatch(r"\d+[.,]\d+", value):
        return faults.ambiguous_thousand(value)
    return faults.thousands(value, re.sub(r"[., ]", "", value))


def _example(template: Template) -> str:
    shown = (f"{name}={entry.example}" for name, entry in template.fields.items())
    return "; ".join(shown)


def checks(
    measure: Measure,
    host: str,
    vantage: str,
    labels: tuple[tuple[str, str], ...],
    authorities: str | None = None,
) -> Iterator[Check]:
    """Yield the checks of a template filled in for a target; none if it cannot be used.

    They never decide whether the target is up: what they find amiss degrades it. `authorities` is
    the PEM file by which servers of ours are known, if not by the system's.
    """
    if fault_of(measure) is not None:
        return
    form, trust = _Form.of(measure, host), {"ca": authorities} if authorities else {}
    for number, look in enumerate(form.looks):
        alone = len(form.looks) == 1
        name = measure.slug if alone else f"{measure.slug}-{look.collector}-{number + 1}"
        yield Check(
            slug=f"{measure.target}/{name}",
            target=measure.target,
            collector=look.collector,
            address=str(form.filled(look.address) or measure.address or host),
            params={**(trust if look.trusts else {}), **form.mapping(look.params)},
            vantage=vantage,
            interval=float(measure.interval or look.interval),
            timeout=look.timeout,
            secret=measure.secret if look.secret else None,
            labels=tuple(sorted((*labels, ("check", name)))),
        )


def made_by(measure: Measure, check: Check) -> bool:
    """Say whether a check is one of those that a row's template makes."""
    name = check.slug.removeprefix(f"{measure.target}/")
    alone, several = measure.slug, rf"{re.escape(measure.slug)}-{check.collector}-[0-9]+"
    return check.target == measure.target and (name == alone or bool(re.fullmatch(several, name)))


class _Form:
    """A template with what a person filled in."""

    def __init__(self, template: Template, values: Mapping[str, str]) -> None:
        self.looks = [
            look for look in template.checks if all(need in values for need in look.needs)
        ]
        self._values = values
        self._many = frozenset(name for name, entry in template.fields.items() if entry.many)

    @classmethod
    def of(cls, measure: Measure, host: str) -> "_Form":
        template = templates()[measure.template]
        values = {"host": host}
        values |= {n: e.default for n, e in template.fields.items() if e.default is not None}
        values |= {name: value for name, value in (given(measure.params) or {}).items() if value}
        return cls(template, values)

    def mapping(self, params: Mapping[str, object]) -> dict[str, object]:
        """Return parameters filled in, without those whose field was left out."""
        pairs = ((self.filled(key), self.filled(value)) for key, value in params.items())
        return {str(key): value for key, value in pairs if key is not None and value is not None}

    def filled(self, value: object) -> object:
        """Return a value with its fields filled in; None if one of them was left out."""
        if isinstance(value, str):
            return self._text(value)
        if isinstance(value, Mapping):
            if any(need not in self._values for need in value.get("needs", ())):
                return None  # a step that is made of what was left out
            return self.mapping({key: one for key, one in value.items() if key != "needs"})
        if isinstance(value, Sequence):
            return [one for one in map(self.filled, value) if one is not None]
        return value

    def _text(self, value: str) -> str | list[str] | None:
        names = [a or b for a, b in _FIELD.findall(value)]
        if any(name not in self._values for name in names):
            return None
        if len(names) == 1 and _FIELD.fullmatch(value) and names[0] in self._many:
            return self._values[names[0]].split()
        return Words(value).substitute(self._values)
