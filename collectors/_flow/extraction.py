"""What a step takes from an answer for those that follow."""

import json

from collectors._flow.params import VARIABLE
from collectors._http.errand import Answer
from collectors._http.matcher import Form, Matcher, Page
from collectors._http.wanted import at, said
from collectors._net.trouble import trouble
from core.reading import FailureKind

_LONGEST = 1024 * 1024  # characters of a variable: a __VIEWSTATE may fill a page


async def extracted(rule: str, answer: Answer, page: Page | None, matcher: Matcher) -> str:
    """Return what a rule like `json:data.token` finds; Trouble if nothing."""
    source, _, what = rule.partition(":")
    what = what.strip() if source != "regex" else what
    found: str | None = None
    if source == "regex":
        matches = await matcher.all(what, answer.text, 1)
        found = matches[0] if matches else None
    elif source == "json":
        found = _of_json(answer.text, what)
    elif source == "header":
        found = answer.headers.get(what)
    elif source == "cookie":
        morsel = answer.cookies.get(what)
        found = morsel.value if morsel is not None else None
    elif page is not None and source == "meta":
        found = page.meta.get(what.lower())
    elif page is not None:
        fields = (pair for form in page.forms for pair in form.fields)
        found = next((value for name, value in fields if name == what), None)
    if found is None:
        raise trouble(FailureKind.PROTOCOL, f"nothing is found by {source}:{what[:80]}")
    return found[:_LONGEST]


def _of_json(text: str, path: str) -> str | None:
    try:
        return said(at(json.loads(text), path))
    except (ValueError, RecursionError, LookupError):
        return None


def form_of(page: Page | None, wanted: str | None) -> Form:
    """Return the form that is meant: by id, name or action, else that of the login; Trouble."""
    forms = page.forms if page is not None else ()
    if wanted is not None:
        forms = tuple(form for form in forms if wanted in form.names)
    if not forms:
        named = f" called {wanted}" if wanted else ""
        raise trouble(FailureKind.PROTOCOL, f"the page before has no form{named}")
    return next((form for form in forms if form.has_password), forms[0])


def filled(text: str, variables: dict[str, str]) -> str:
    """Return a text with its variables filled in; Trouble for one that is not there."""

    def value(name: str) -> str:
        if name not in variables:
            raise trouble(FailureKind.LOCAL, f"no secret brings {{{{{name}}}}}")
        return variables[name]

    return VARIABLE.sub(lambda match: value(match[1]), text)


def filled_json(value: object, variables: dict[str, str]) -> object:
    """Return a JSON value whose texts are filled in."""
    if isinstance(value, str):
        return filled(value, variables)
    if isinstance(value, list):
        return [filled_json(one, variables) for one in value]
    if isinstance(value, dict):
        return {key: filled_json(one, variables) for key, one in value.items()}
    return value
