"""The walk through the steps of a transaction, and the look at the page where it ends."""

import json
from dataclasses import dataclass, field
from datetime import datetime
from urllib.parse import quote, urlencode

from aiohttp import CookieJar
from yarl import URL

from collectors._flow.dates import newest
from collectors._flow.defacement import Pages, defaced
from collectors._flow.extraction import extracted, filled, filled_json, form_of
from collectors._flow.params import VARIABLE, Params, Step
from collectors._http import errand
from collectors._http.client import Client
from collectors._http.dialer import Session, Way
from collectors._http.errand import Answer
from collectors._http.kinds import LONGEST, accepts
from collectors._http.matcher import Matcher, Page
from collectors._http.wanted import LACKS, unmet_json, unmet_words
from collectors._net.trouble import Trouble, printable, trouble
from core.clock import Clock
from core.collector import Transcript
from core.reading import Failure, FailureKind

_REDIRECTS = (301, 302, 303, 307, 308)
_SAME_AGAIN = (307, 308)  # redirects that repeat method and body (RFC 9110 §15.4)
_REFUSED_LOGIN = (401, 403, 407)
_UNAUTHORIZED = 401
_PRIVATE = {"authorization", "cookie", "proxy-authorization", "host"}  # of the step's host alone
_FORM = "application/x-www-form-urlencoded"
_DAY = 86400.0
_DATES = 200  # places that an age pattern may find


@dataclass(slots=True)
class Course:
    """What was found so far."""

    steps: list[tuple[str, float, int | None]] = field(default_factory=list)  # name, s, status
    session: Session | None = None
    age: float | None = None  # seconds
    change: float | None = None  # 0…1
    unauthorized: bool = False
    failure: Failure | None = None


@dataclass(frozen=True, slots=True)
class _Request:
    method: str
    url: URL
    headers: dict[str, str]
    body: bytes | None


@dataclass(slots=True)
class Walk:
    """One look. Cookies and variables are its own, and end with it."""

    check: str
    params: Params
    client: Client
    way: Way
    clock: Clock
    matcher: Matcher
    pages: Pages
    variables: dict[str, str]
    course: Course = field(default_factory=Course)
    _jar: CookieJar = field(default_factory=lambda: CookieJar(unsafe=True))
    _at: URL | None = None
    _page: Page | None = None

    async def run(self, transcript: Transcript) -> None:
        """Take every step; Trouble at the first that fails."""
        answer: Answer | None = None
        for number, step in enumerate(self.params.steps, 1):
            name = step.name or str(number)
            begun = self.clock.monotonic()
            try:
                answer = await self._take(step, transcript)
            except Trouble as refusal:
                self._note(name, begun, None)
                raise trouble(
                    refusal.failure.kind, f"step {name}: {refusal.failure.detail}"
                ) from refusal
            took = self._note(name, begun, answer.status)
            if step.max_seconds is not None and took > step.max_seconds:
                what = f"step {name} took {took:.1f} s, more than {step.max_seconds:g} s"
                raise trouble(FailureKind.TIMEOUT, what)
        if answer is not None:
            await self._regard(answer, self.clock.now(), transcript)

    def _note(self, name: str, begun: float, status: int | None) -> float:
        took = self.clock.monotonic() - begun
        self.course.steps.append((name, took, status))
        return took

    async def _take(self, step: Step, transcript: Transcript) -> Answer:
        request = self._request(step)
        transcript.note("%s %s", request.method, printable(step.url))  # variables not filled in
        answer = await self._followed(step, request, transcript)
        self.course.unauthorized = answer.status == _UNAUTHORIZED
        if answer.cut:
            transcript.note("the body is longer than what is read of it")
        _expect_status(step, answer)
        if self._reads(step):
            self._page = await self.matcher.page(answer.text, self.params.watch, self.params.ignore)
        await self._expect(step, answer)
        for name, rule in step.extract.items():
            self.variables[name] = await extracted(rule, answer, self._page, self.matcher)
            transcript.note("%s by %s", name, printable(rule, 80))
        return answer

    def _reads(self, step: Step) -> bool:
        """Say whether anybody wants to know what the marks of this page say."""
        if any(rule.startswith(("field:", "meta:")) for rule in step.extract.values()):
            return True
        number = next(n for n, one in enumerate(self.params.steps) if one is step)
        last = number + 1 == len(self.params.steps)
        return not last and self.params.steps[number + 1].hidden

    def _request(self, step: Step) -> _Request:
        headers = {name: filled(value, self.variables) for name, value in step.headers.items()}
        for name, value in headers.items():
            if not value.isprintable():
                raise trouble(FailureKind.PROTOCOL, f"what would be sent as {name} is no header")
        body, named = None, {name.lower() for name in headers}
        if step.json_body is not None:
            told = filled_json(step.json_body, self.variables)
            body = json.dumps(told, ensure_ascii=False).encode()
            if "content-type" not in named:
                headers["Content-Type"] = "application/json"
        elif step.form is not None or step.hidden:
            fields = dict(form_of(self._page, step.form_id).fields) if step.hidden else {}
            for name, value in (step.form or {}).items():
                fields[name] = filled(value, self.variables)
            body = urlencode(fields).encode()
            if "content-type" not in named:
                headers["Content-Type"] = _FORM
        return _Request(step.verb, self._address(step.url), headers, body)

    def _address(self, text: str) -> URL:
        """Return where a step goes: a variable at the beginning is taken as it is."""
        head = VARIABLE.match(text)
        begins = filled(head[0], self.variables) if head else ""
        rest = text[head.end() :] if head else text
        quoted = {name: quote(value, safe="") for name, value in self.variables.items()}
        whole = (begins + filled(rest, quoted))[:LONGEST]
        try:
            url = URL(whole)
            if self._at is not None and not url.absolute:
                url = self._at.join(url)
        except ValueError as error:
            raise trouble(FailureKind.PROTOCOL, "the step leads to no address") from error
        if url.scheme not in {"http", "https"} or not url.host:
            raise trouble(FailureKind.PROTOCOL, "the step leads to no address")
        return url.with_fragment(None)

    async def _followed(self, step: Step, request: _Request, transcript: Transcript) -> Answer:
        start, redirects = request.url.origin(), 0
        while True:
            self._at = request.url
            self.way.host = request.url.raw_host or ""
            answer = await self._ask(request, start)
            transcript.note("HTTP %d %s", answer.status, printable(answer.reason))
            location = answer.headers.get("Location")
            wanted = accepts(step.statuses, answer.status)
            if answer.status not in _REDIRECTS or wanted or not location or not step.follow:
                return answer
            redirects += 1
            if redirects > step.follow:
                raise trouble(FailureKind.PROTOCOL, f"more than {step.follow} redirects")
            request = _next(request, answer.status, location)
            transcript.note("to %s", printable(str(request.url.with_query(None))))

    async def _ask(self, request: _Request, start: URL) -> Answer:
        headers = dict(request.headers)
        if request.url.origin() != start:
            headers = {k: v for k, v in headers.items() if k.lower() not in _PRIVATE}
        cookies = self._jar.filter_cookies(request.url)
        if cookies:
            headers["Cookie"] = "; ".join(f"{m.key}={m.coded_value}" for m in cookies.values())
        try:
            answer = await errand.run(
                self.client, request.method, request.url, headers=headers, body=request.body
            )
        finally:
            key = request.url.raw_host or "", request.url.port or 0
            self.course.session = self.way.sessions.get(key) or self.course.session
        if answer.cookies:
            self._jar.update_cookies(answer.cookies, request.url)
        return answer

    async def _expect(self, step: Step, answer: Answer) -> None:
        """Raise what of the step's wishes is not met."""
        where = str((self._at or URL()).with_query(None))
        if step.final_url is not None and step.final_url not in str(self._at):
            what = f"it ended at {printable(where, 120)}, not at {printable(step.final_url, 80)}"
            raise trouble(FailureKind.PROTOCOL, what)
        wish = step
        if step.keyword is not None and VARIABLE.search(step.keyword):
            keyword = filled(step.keyword, self.variables)
            wish = step.model_copy(update={"keyword": keyword})
        text = answer.text
        failure = unmet_words(wish, text) or unmet_json(wish, text)
        if failure is None and step.pattern:
            failure = await self.matcher.unmet(step.pattern, text)
        if failure is not None and wish is not step and failure.detail.startswith(LACKS):
            # What stands for a variable may be secret.
            failure = Failure(failure.kind, f'{LACKS} "{printable(step.keyword or "", 80)}"')
        if failure is not None:
            raise Trouble(failure)

    async def _regard(self, answer: Answer, now: datetime, transcript: Transcript) -> None:
        """Look at the page where the walk ends: how old is it, is it still the same one?"""
        params = self.params
        page = await self.matcher.page(answer.text, params.watch, params.ignore)
        word = defaced(params.defaced_words, page)
        if word is not None:
            what = f'the page says "{printable(word, 80)}", as defaced pages do'
            raise trouble(FailureKind.PROTOCOL, what)
        if params.max_age_days is not None:
            await self._age(answer, page, now, transcript)
        if params.max_change is not None:
            transcript.note("sketch %s", page.sketch)
            self.course.change = self.pages.judge(self.check, params, page)

    async def _age(self, answer: Answer, page: Page, now: datetime, transcript: Transcript) -> None:
        text = "\n".join((*page.lines, *page.dates, *_published(page)))
        if self.params.age_pattern:
            found = await self.matcher.all(self.params.age_pattern, answer.text, _DATES)
            text = "\n".join(found)
        elif not page.lines:
            text = answer.text
        latest = newest(text, now)
        if latest is None:
            raise trouble(FailureKind.PROTOCOL, "no date is found on the page")
        transcript.note("newest date %s", latest.isoformat())
        self.course.age = age = (now - latest).total_seconds()
        limit = self.params.max_age_days or 0.0
        if age > limit * _DAY:
            what = f"the newest date on the page is {age / _DAY:.1f} days old, more than {limit:g}"
            raise trouble(FailureKind.PROTOCOL, what)


def _published(page: Page) -> list[str]:
    known = ("article:published_time", "article:modified_time", "last-modified")
    return [page.meta[name] for name in known if name in page.meta]


def _expect_status(step: Step, answer: Answer) -> None:
    if accepts(step.statuses, answer.status):
        return
    said = f"HTTP {answer.status} {printable(answer.reason, 60)}".rstrip()
    login = answer.status in _REFUSED_LOGIN
    raise trouble(FailureKind.AUTH if login else FailureKind.PROTOCOL, said)


def _next(request: _Request, status: int, location: str) -> _Request:
    """Return the request that a redirect asks for; Trouble where it leads nowhere good."""
    try:
        url = request.url.join(URL(location.strip()[:LONGEST])).with_fragment(None)
    except ValueError as error:
        raise trouble(FailureKind.PROTOCOL, "a redirect to no address") from error
    if url.scheme not in {"http", "https"} or not url.host:
        raise trouble(FailureKind.PROTOCOL, "a redirect that is not followed")
    if request.url.scheme == "https" and url.scheme == "http":
        raise trouble(FailureKind.PROTOCOL, "a redirect from HTTPS back to HTTP")
    if status in _SAME_AGAIN:
        if request.body is not None and url.origin() != request.url.origin():
            what = "a redirect that would send our form to another host"
            raise trouble(FailureKind.PROTOCOL, what)
        return _Request(request.method, url, request.headers, request.body)
    method = "HEAD" if request.method == "HEAD" else "GET"
    headers = {k: v for k, v in request.headers.items() if k.lower() != "content-type"}
    return _Request(method, url, headers, None)
