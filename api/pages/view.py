"""Rendering: one Jinja environment per language, and what every page is given."""

import hashlib
from collections import OrderedDict
from collections.abc import Sequence
from datetime import datetime
from functools import cache
from http import HTTPStatus
from importlib.resources import files
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import HTMLResponse

from api import words
from api.context import Context
from api.door import Asker, asker_or_none, csrf_token, set_cookie, visit_cookie, visit_seed
from api.forms import sentence
from api.snapshot import Picture, fresh
from api.transcript_words import told
from api.translations import catalogue, language_of
from api.v1.shapes import CheckOut
from core import quantity
from core.errors import Problem
from core.incident import IncidentNote
from core.people import Role
from core.status import Status
from core.text import Language, Text
from core.watching import Target, TargetKind
from inventory.figures import age_said

NAMED = 6  # targets named in one line of a timeline
SHARED = 8  # answers kept for others who ask the same within a second


def is_wall(request: Request) -> bool:
    """Say whether a screen on a wall asks: it has no menu."""
    return "wall" in request.query_params or request.url.path == "/wall"


@cache
def _asset_version() -> str:
    """Return a mark that changes whenever a static file does, for caches."""
    seen = hashlib.sha256()
    for file in sorted(files("api").joinpath("static").iterdir(), key=lambda f: f.name):
        seen.update(file.read_bytes())
    return seen.hexdigest()[:12]


@cache  # applications of one process share the templates, compiled when first used
def _environment(language: Language) -> Environment:
    version = _asset_version()
    environment = Environment(
        loader=PackageLoader("api", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
    )
    environment.install_gettext_translations(catalogue(language), newstyle=True)  # type: ignore[attr-defined]

    def said(text: Text) -> str:
        return text.said(language)

    def length(begin: datetime, end: datetime) -> str:
        return quantity.length(end - begin, language)

    def lasted(begin: datetime, end: datetime) -> str:
        return quantity.lasted(begin, end, language)

    def name(target: Target) -> str:
        return words.name_of(target, language)

    def number(value: float, digits: int = 0) -> str:
        return quantity.number(value, language, digits)

    def measured(metric: str, value: float) -> str:
        return quantity.written(metric, value, language)

    def note_text(note: IncidentNote, picture: Picture) -> str:
        slugs = note.text.split(" ") if note.kind in {"opened", "joined", "left"} else []
        if slugs and all(slug in picture.targets for slug in slugs):
            shown = ", ".join(name(picture.targets[slug]) for slug in slugs[:NAMED])
            return shown + (f" (+{len(slugs) - NAMED})" if len(slugs) > NAMED else "")
        return words.note_text(note, picture.person, language)

    def why(check: CheckOut) -> str:
        kind = check.failure or ""
        return words.failure(kind, check.failure_detail, check.collector, language)

    environment.filters.update(
        said=said,
        moment=words.moment,
        exact=words.moment_exact,
        reason=lambda text: words.reason(text, language),
        action=lambda name: words.action(name, language),
        capitalize=lambda text: text[:1].upper() + text[1:],  # Jinja's own makes "UPS" "ups"
        audited=lambda text: words.audited(text, language),
        collector=lambda name: words.collector(name, language),
        detail=lambda text: words.detail(text, language),
        name=name,
        noted=lambda line: told(line, language),
        number=number,
        sample=lambda one: measured(one.name, one.value),
        share=lambda value, digits=1: words.share(value, language, digits),
        why=why,
    )
    environment.globals.update(
        language=language,
        words=words,
        Status=Status,
        Role=Role,
        Kind=TargetKind,
        length=length,
        lasted=lasted,
        near=words.moment_near,
        figures_age=age_said,
        note_text=note_text,
        quantity=measured,
        left=lambda value, now: quantity.left(value, now, language),
        runs_out=quantity.runs_out,
        asset=lambda file: f"/static/{file}?v={version}",
    )
    return environment


class Pages:
    """Renders templates for a request."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._shared: OrderedDict[object, bytes] = OrderedDict()

    def now(self) -> datetime:
        """Return the present instant."""
        return self._context.clock.now()

    def environment(self, language: Language) -> Environment:
        """Return the templates of a language."""
        return _environment(language)

    def language(self, request: Request) -> Language:
        """Return the reader's language."""
        return language_of(request, self._context.settings.language)

    def render(
        self,
        request: Request,
        template: str,
        asker: Asker | None,
        *,
        status: int = 200,
        **values: Any,
    ) -> HTMLResponse:
        """Return a page. Forms get a token bound to the session, or to the visit before one."""
        settings, now = self._context.settings, self._context.clock.now()
        seed = asker.seed if asker and asker.by == "session" else ""
        visit = "" if seed else visit_seed(request, settings.secure_cookies)
        health = self._context.health()
        text = (
            self.environment(self.language(request))
            .get_template(template)
            .render(
                request=request,
                asker=asker,
                csrf=csrf_token(seed or visit),
                now=now,
                health=health,
                observing=fresh(health.observed_until, now),
                has_series=self._context.series is not None,
                can_test=self._context.send_test is not None,
                wall=is_wall(request),
                **values,
            )
        )
        response = HTMLResponse(text, status)
        if visit and visit != request.cookies.get(visit_cookie(settings.secure_cookies)):
            set_cookie(
                response,
                visit_cookie(settings.secure_cookies),
                visit,
                secure=settings.secure_cookies,
                age=None,
            )
        return response

    def shared(self, request: Request, template: str, key: object, **values: Any) -> HTMLResponse:
        """Return a part of a page in which nothing depends on who reads it, rendered for all.

        `key` stands for the values. Lengths of time and freshness are told to the second.
        """
        now, health, wall = self._context.clock.now(), self._context.health(), is_wall(request)
        observing = fresh(health.observed_until, now)
        until = health.observed_until and health.observed_until.replace(microsecond=0)
        told = (until, observing, health.troubles, now.replace(microsecond=0))
        language = self.language(request)
        whole = (template, key, language, wall, told)
        page = self._shared.get(whole)
        if page is None:
            text = (
                self.environment(language)
                .get_template(template)
                .render(now=now, health=health, observing=observing, wall=wall, **values)
            )
            page = self._shared[whole] = text.encode()
            while len(self._shared) > SHARED:
                self._shared.popitem(last=False)
        return HTMLResponse(page)

    async def error(
        self, request: Request, status: int, text: Text, problems: Sequence[Problem] = ()
    ) -> HTMLResponse:
        """Return a friendly page for a refusal, with the menu for whom we know."""
        ours = status >= HTTPStatus.INTERNAL_SERVER_ERROR  # then the ledger may not answer either
        asker = None if ours else await asker_or_none(request, self._context)
        return self.render(
            request,
            "error.html",
            asker,
            status=status,
            code=status,
            text=text,
            faults=[(one.key, sentence(one)) for one in problems],
        )
