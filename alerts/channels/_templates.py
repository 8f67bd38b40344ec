"""Sandboxed templates for what a gateway is asked, and expressions for what it answers.

A template escapes by the format that it writes, so that a quote in a name cannot become syntax.
An expression judges an answer: `CodeResult == "100"`, `json.data.id`, `xml.result == "1"`,
`find("OK:([0-9]+)")`; top-level keys of a JSON object stand by their own name.
"""

import base64
import json
import re
from collections.abc import Callable, Mapping
from functools import cache, lru_cache
from typing import Literal
from urllib.parse import quote, quote_plus
from xml.etree.ElementTree import Element, ParseError
from xml.sax.saxutils import escape

from defusedxml import ElementTree
from defusedxml.common import DefusedXmlException
from jinja2 import (
    ChainableUndefined,
    StrictUndefined,
    Template,
    TemplateError,
    Undefined,
    nodes,
)
from jinja2.environment import TemplateExpression
from jinja2.sandbox import ImmutableSandboxedEnvironment

from alerts.channels._http import Answer

Format = Literal["json", "form", "text", "soap", "url"]
_FAULTS = (
    TemplateError,
    ArithmeticError,
    AttributeError,
    LookupError,
    RecursionError,
    TypeError,
    ValueError,
)
_KEPT = 256  # templates and expressions: reading one takes longer than filling it a hundred times
_SEARCHED = 4096  # characters of an answer: a pattern cannot be interrupted


class Unfit(ValueError):
    """A template or expression that cannot be read, or cannot be filled."""


class _Ready(str):
    """Text that is escaped already."""

    __slots__ = ()


def _in_json(value: object) -> str:
    return json.dumps(str(value), ensure_ascii=False)[1:-1]


def _in_xml(value: object) -> str:
    return escape(str(value), {'"': "&quot;", "'": "&apos;"})


_ESCAPES: Mapping[Format, Callable[[object], str]] = {
    "json": _in_json,
    "form": lambda value: quote_plus(str(value)),
    "text": str,
    "soap": _in_xml,
    "url": lambda value: quote(str(value), safe=""),
}


def filled(template: str, format_: Format, words: Mapping[str, object]) -> str:
    """Return the text of a template; raise Unfit if it cannot be filled."""
    try:
        return _compiled(template, format_).render(words).strip()
    except _FAULTS as fault:
        raise Unfit(f"{type(fault).__name__}: {fault}") from fault


@lru_cache(_KEPT)
def check_template(template: str, format_: Format) -> tuple[tuple[str, str], ...]:
    """Return what a template asks of `values` and `secrets`; raise Unfit if it cannot be read."""
    try:
        tree = _environment(format_).parse(template)
        _compiled(template, format_)  # only compiling knows whether the filters exist
    except TemplateError as fault:
        raise Unfit(str(fault)) from fault
    return tuple(
        (node.node.name, node.attr)
        for node in tree.find_all(nodes.Getattr)
        if isinstance(node.node, nodes.Name) and node.node.name in {"values", "secrets"}
    )


def check_expression(expression: str) -> None:
    """Raise Unfit if an expression cannot be read."""
    try:
        _judge(expression)
    except TemplateError as fault:
        raise Unfit(str(fault)) from fault


def evaluated(expression: str, answer: Answer) -> object:
    """Return what an expression makes of an answer; None where the answer does not have it."""
    if not expression:
        return None
    data = answer.json()
    known = data if isinstance(data, Mapping) else {}
    words = {
        **known,
        "json": data,
        "xml": _xml(answer),
        "text": answer.text,
        "http": answer.status,
        "find": lambda pattern: _found(pattern, answer.text[:_SEARCHED]),
    }
    try:
        return _judge(expression)(words)
    except _FAULTS:
        return None


def _found(pattern: str, text: str) -> str | None:
    match = re.search(pattern, text)
    return None if match is None else match.group(match.lastindex or 0)


def _xml(answer: Answer) -> dict[str, str]:
    """Return the first text of every element by its local name."""
    found: dict[str, str] = {}
    if not answer.whole or not answer.text.lstrip().startswith("<"):
        return found
    try:
        root: Element = ElementTree.fromstring(answer.text.encode())
    except (ParseError, DefusedXmlException, ValueError, LookupError):
        return found
    for element in root.iter():
        name = str(element.tag).rpartition("}")[2]
        found.setdefault(name, (element.text or "").strip())
    return found


@lru_cache(_KEPT)
def _compiled(template: str, format_: Format) -> Template:
    return _environment(format_).from_string(template)


@lru_cache(_KEPT)
def _judge(expression: str) -> TemplateExpression:
    return _judging().compile_expression(expression)


@cache
def _environment(format_: Format) -> ImmutableSandboxedEnvironment:
    escaped = _ESCAPES[format_]

    def finalize(value: object) -> object:
        if isinstance(value, (_Ready, Undefined)):
            return value
        return escaped(value)

    environment = ImmutableSandboxedEnvironment(
        undefined=StrictUndefined, autoescape=False, finalize=finalize
    )
    environment.globals.clear()
    environment.filters["base64"] = lambda value: _Ready(
        base64.b64encode(str(value).encode()).decode()
    )
    environment.filters["json"] = lambda value: _Ready(json.dumps(value, ensure_ascii=False))
    environment.filters["xml"] = lambda value: _Ready(_in_xml(value))
    return environment


@cache
def _judging() -> ImmutableSandboxedEnvironment:
    environment = ImmutableSandboxedEnvironment(undefined=ChainableUndefined, autoescape=False)
    environment.globals.clear()
    return environment
