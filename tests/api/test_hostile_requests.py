"""Whatever is sent to any address of ours: an answer or a refusal with a sentence, never a 5xx.

Every route is asked over a real socket by somebody who may do anything, with what fits its
declared form but for leaves that no form expects, and with what fits nothing.
"""

import asyncio
import json
import math
import random
import re
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from itertools import product
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

import httpx
import pytest
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute
from pydantic import TypeAdapter
from pydantic.errors import PydanticInvalidForJsonSchema, PydanticSchemaGenerationError

from api.app import ROUTERS
from core.people import Role
from tests.api.served import served
from tests.api.test_alertmanager import a_listening_world
from tests.api.world import DAWN, World, hub_cut

BRIEFLY, AT_LENGTH = 1, 60  # requests of each kind to each route
INCIDENT = "SC-20261122-0001"
KNOWN = ("gw-dak-o", "dong-nai", INCIDENT, "core-1", "vi", "1", "lan", "email", "2026-11-22")
WORDS: tuple[str, ...] = (
    "",
    " ",
    "\x00",
    "a\x00b",
    "\x1b[31m\r\nSet-Cookie: a=b",
    "\ud800",
    "ồ" * 300,
    "x" * 20_000,
    "=1+1",
    "'; drop table users; --",
    "%",
    "%00%ff",
    "../../etc/passwd",
    "{{7*7}}${7*7}",
    "<script>alert(1)</script>",
    "\u202e\u2066\ufeff\U000e0001",
    "nan",
    "inf",
    "-1",
    "1e400",
    "9" * 30,
    "9" * 5000,
    "2026-02-30",
    "0001-01-01",
    "9999-12-31",
    "0001-01-01T00:00:00+14:00",
    "9999-12-31T23:59:59-12:00",
    "2026-11-22T02:00:00",
    "24:00",
    "2026-11-22T02:00:00Z",
    "[::1",
    "http://[::1",
    "10.0.0.0/33",
    "true",
    "null",
    *KNOWN,
)
NUMBERS: tuple[Any, ...] = (
    *(0, -1, 1, 2**31, 2**53, 2**63, 2**64, -(2**63) - 1, 10**30),
    *(1e308, -0.0, 5e-324, math.nan, math.inf, -math.inf),
)
METHODS = ("GET", "POST", "PUT")
ILL = {500, 501, 502, 504}  # and not 503: no engine, nobody who looks, is set up in this world
DATED = re.compile(r"\d{4}-\d\d-\d\d")
JUNK: tuple[bytes, ...] = (
    b"",
    b"{",
    b"null",
    b"[]",
    b'"x"',
    b"NaN",
    b"{}",
    b"\x00",
    b"\xff\xfe{\x00}\x00",
    b'{"a": "\xff"}',
    b'{"a": "\\ud800"}',
    b"[" * 100_000,
    b'{"a":' * 50_000 + b"1" + b"}" * 50_000,
    b"9" * 10_000,
    b"a=%ff&%00=1&=&&;;&a[]=1",
    b"&" * 5_000,
    b"a=1&" * 5_000,
    b"--x\r\n\r\n--x--",
    b'--x\r\nContent-Disposition: form-data; name="file"; filename="\xff\x00.xlsx"\r\n\r\n'
    b"PK\x03\x04\r\n--x--\r\n",
    b'--x\r\nContent-Disposition: form-data; name="file"\r\nContent-Type: multipart/mixed; '
    b"boundary=y\r\n\r\n--y\r\n",
    b'--x\r\nContent-Disposition: form-data; name="a"\r\n\r\n1\r\n' * 2_000 + b"--x--\r\n",
    b"--x\r\n" + b"A: b\r\n" * 2_000 + b"\r\n\r\n--x--\r\n",
    b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.csv"\r\n\r\nno end',
)
KINDS = (
    "application/json",
    "application/x-www-form-urlencoded",
    "multipart/form-data; boundary=x",
    "multipart/form-data",
    "multipart/form-data; boundary=" + "x" * 300,
    "application/octet-stream",
    "text/plain; charset=utf-7",
    "application/json; charset=utf-16",
    "\xff/\xfe".encode("latin-1").decode("latin-1"),
    "",
)


def routes() -> list[APIRoute]:
    """Return every route of ours but the one whose answer never ends."""
    found = [route for router in ROUTERS for route in router.routes]
    return [one for one in found if isinstance(one, APIRoute) and one.path != "/api/v1/events"]


def flat(dependant: Dependant) -> Iterator[Dependant]:
    """Yield what a route depends on, itself first."""
    yield dependant
    for one in dependant.dependencies:
        yield from flat(one)


Schema = Mapping[str, Any]


def taken(route: APIRoute, *, form: bool) -> dict[str, Schema]:
    """Return what a route takes in its form, or its query: name → schema."""
    found: dict[str, Schema] = {}
    for one in flat(route.dependant):
        for field in one.body_params if form else one.query_params:
            with suppress(PydanticInvalidForJsonSchema, PydanticSchemaGenerationError):
                found[field.alias] = TypeAdapter[Any](
                    field.field_info.annotation or str
                ).json_schema()
    return found


class Hostile:
    """What somebody sends who means no good, by chance."""

    def __init__(self, seed: object, schemas: Schema) -> None:
        self.chance = random.Random(str(seed))
        self._schemas = schemas
        self._evil = self.chance.choice((0.1, 0.3, 0.7))  # share of leaves that do not fit

    def path(self, form: str) -> str:
        """Return an address of a route."""
        return re.sub(r"\{[^}]*\}", lambda _: quoted(self._word()[:500] or "x"), form)

    def query(self, taken: Mapping[str, Schema]) -> str:
        """Return a query of these names, most of them."""
        return "?" + "&".join(
            f"{name}={quoted(str(self._value(schema))[:2000])}"
            for name, schema in taken.items()
            if self.chance.random() < 0.7
        )

    def body(self, route: APIRoute, whole: Schema) -> tuple[str, bytes]:
        """Return a kind of content and a body."""
        if self.chance.random() < 0.3:
            return self.chance.choice(KINDS), self.chance.choice(JUNK)
        asked = whole.get("requestBody", {}).get("content", {})
        if "application/json" in asked:
            said = self._value(asked["application/json"]["schema"])
            return "application/json", json.dumps(said).encode()
        form = [
            (name, str(self._value(schema)).encode("utf-8", "surrogatepass"))
            for name, schema in taken(route, form=True).items()
        ]
        if self.chance.random() < 0.5:
            return "application/x-www-form-urlencoded", urlencode(form).encode()
        parts = b"".join(
            b'--x\r\nContent-Disposition: form-data; name="%s"%s\r\n\r\n%s\r\n'
            % (name.encode(), self.chance.choice((b"", b'; filename="a.xlsx"')), value)
            for name, value in form
        )
        return "multipart/form-data; boundary=x", parts + b"--x--\r\n"

    def _is_evil(self) -> bool:
        return self.chance.random() < self._evil

    def _word(self) -> str:
        return self.chance.choice(WORDS if self._is_evil() else KNOWN)

    def _value(self, schema: Schema, depth: int = 0) -> Any:
        """Return what fits a schema, but for some leaves."""
        if "$ref" in schema:
            schema = self._schemas.get(schema["$ref"].rpartition("/")[2], {})
        if choices := schema.get("anyOf") or schema.get("oneOf"):
            return self._value(self.chance.choice(choices), depth)
        if depth > 5 or self.chance.random() < self._evil / 8:
            return self.chance.choice((None, [], {}, True, [[[]]], *WORDS, *NUMBERS))
        kind = schema.get("type")
        if kind == "object":
            return self._object(schema, depth + 1)
        if kind == "array":
            items = schema.get("items", {})
            return [self._value(items, depth + 1) for _ in range(self.chance.randrange(4))]
        return self._leaf(schema)

    def _object(self, schema: Schema, depth: int) -> dict[str, Any]:
        found = {
            name: self._value(one, depth)
            for name, one in schema.get("properties", {}).items()
            if self.chance.random() < 0.9
        }
        if isinstance(extra := schema.get("additionalProperties"), dict):
            found |= {self._word(): self._value(extra, depth) for _ in range(3)}
        return found

    def _leaf(self, schema: Schema) -> Any:
        if "enum" in schema and not self._is_evil():
            return self.chance.choice(schema["enum"])
        if schema.get("type") in {"integer", "number"}:
            return self.chance.choice(NUMBERS if self._is_evil() else (0, 1, 2, 24, 0.5))
        if schema.get("type") == "boolean" and not self._is_evil():
            return self.chance.choice((True, False))
        if schema.get("format", "").startswith("date") and self.chance.random() < 0.8:
            return self.chance.choice([one for one in WORDS if DATED.match(one)])
        return self._word()


def quoted(word: str) -> str:
    return quote(word.encode("utf-8", "surrogatepass"), safe="")


@asynccontextmanager
async def a_province(folder: Path, **changes: Any) -> AsyncIterator[World]:
    """Yield a world with an incident, which takes alerts."""
    async with a_listening_world(folder, **changes) as world:
        await world.commit(hub_cut(DAWN))
        yield world


def sentence(answer: httpx.Response) -> bool:
    """Say whether a refusal says something to whoever asked."""
    kind = answer.headers.get("content-type", "")
    if kind.startswith("application/problem+json"):
        said = answer.json()
        return bool(said["title"] and (said.get("detail") or said.get("errors")))
    return len(answer.text.strip()) > 10 and "Traceback" not in answer.text


async def attack(
    world: World, base: str, asked: Sequence[APIRoute], rounds: int, seed: str
) -> list[str]:
    """Send to these routes; return what was answered as it must not be."""
    wrong: list[str] = []
    schema = json.loads(json.dumps(world.app.openapi()))
    schemas = schema["components"]["schemas"]
    headers = await world.token(Role.ADMIN)
    async with httpx.AsyncClient(base_url=base, timeout=60) as client:
        for route, method, n in product(asked, METHODS, range(rounds)):
            if method not in (route.methods or ()):
                continue
            hostile = Hostile((seed, route.path, method, n), schemas)
            address = hostile.path(route.path) + hostile.query(taken(route, form=False))
            accept = hostile.chance.choice(("*/*", "text/html", "application/json"))
            sent, content = headers | {"accept": accept}, b""
            if method != "GET":
                whole = schema["paths"].get(route.path, {}).get(method.lower(), {})
                sent["content-type"], content = hostile.body(route, whole)
            octets = [(name.encode(), value.encode("latin-1")) for name, value in sent.items()]
            answer = await client.request(method, address, content=content, headers=octets)
            if answer.status_code < 400 or (answer.status_code not in ILL and sentence(answer)):
                continue
            told = f"{method} {address[:200]} {content[:300]!r} → {answer.status_code}"
            wrong.append(f"{told}: {answer.text[:200]}")
    return wrong


@pytest.mark.full
@pytest.mark.filterwarnings("ignore:Unclosed file <tempfile.Spooled")  # a form cut off: Starlette
async def test_no_request_to_any_route_breaks_us(
    tmp_path: Path, ledger_url: str, full: bool
) -> None:
    """Briefly each database takes half of the routes."""
    kind = ledger_url.partition(":")[0]
    asked = routes() if full else routes()[kind == "sqlite" :: 2]
    async with a_province(tmp_path, url=ledger_url) as world, served(world) as base:
        wrong = await attack(world, base, asked, AT_LENGTH if full else BRIEFLY, kind)
    assert not wrong, "\n".join(wrong)


LARGE = 10**30
ONCE: tuple[tuple[str, str, dict[str, Any]], ...] = (  # requests that broke us once
    ("GET", "/login?next=http://[::1", {}),
    ("GET", f"/channels?sent={LARGE}", {}),
    ("GET", f"/admin?before={LARGE}", {}),
    ("GET", f"/discovery/{LARGE}", {}),
    ("POST", f"/discovery/{LARGE}/stop", {}),
    ("GET", f"/targets/core-1/configurations?old={LARGE}&new=1", {}),
    ("GET", f"/targets/core-1/configurations/{LARGE}", {}),
    ("GET", f"/api/v1/discoveries/{LARGE}", {}),
    ("GET", f"/api/v1/configurations/{LARGE}", {}),
    ("GET", f"/api/v1/configurations/difference?old=1&new={LARGE}", {}),
    ("GET", f"/api/v1/channels/tests/{LARGE}", {}),
    ("GET", f"/api/v1/targets/core-1/transitions?before={LARGE}", {}),
    ("POST", f"/api/v1/incidents/{INCIDENT}/tickets/{LARGE}", {"json": {"state": "working"}}),
    ("POST", f"/incidents/{INCIDENT}/tickets/{LARGE}", {"data": {"state": "working"}}),
    ("GET", f"/prometheus/api/v1/metadata?limit={LARGE}", {}),
    ("POST", "/meetings", {"data": {"title": "a", "rooms": "b", "officer": "Lan Anh"}}),
    ("POST", "/meetings", {"data": {"title": "a", "rooms": "b", "bridge": "\x00"}}),
    ("PUT", "/api/v1/measures/A%20B", {"json": {"target": "a", "template": "b"}}),
    (
        "POST",
        "/api/v1/measures/try",
        {"json": {"target": "a", "template": "b", "params": {"x": "y" * 2000, "z": "y" * 2000}}},
    ),
)


@pytest.mark.parametrize(("method", "address", "body"), ONCE, ids=lambda one: str(one)[:60])
async def test_what_broke_us_once_does_not_again(
    world: World, method: str, address: str, body: dict[str, Any]
) -> None:
    headers = await world.token(Role.ADMIN)
    answer = await world.client.request(method, address, headers=headers, **body)
    assert answer.status_code < 500
    assert answer.status_code == 200 or sentence(answer)


RAW: tuple[bytes, ...] = (
    b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
    b"GET\r\n\r\n",
    b"GET / HTTP/9.9\r\n\r\n",
    b"POST /login HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n",
    b"POST /login HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999999999999\r\n\r\n",
    b"POST /login HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nabcdef",
    b"POST /login HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\nx",
    b"POST /login HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
    b"GET /" + b"a" * 100_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n",
    b"GET / HTTP/1.1\r\nHost: x\r\n" + b"A: " + b"b" * 200_000 + b"\r\n\r\n",
    b"GET / HTTP/1.1\r\n" + b"A: b\r\n" * 50_000 + b"\r\n",
    b"GET /\x00 HTTP/1.1\r\nHost: \xff\xfe\r\nCookie: thongsuot=\xff\r\n\r\n",
    b"GET /%ff%fe%00 HTTP/1.1\r\nHost: x\r\nCookie: \x01\r\nAuthorization: Bearer \xff\r\n\r\n",
    b"GET / HTTP/1.1\r\nHost: x\r\nX-Forwarded-For: \xff,,,::::\r\nAccept-Language: \xff\r\n"
    b"If-None-Match: \xff\r\nConnection: close\r\n\r\n",
    b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    b"GET http://[::1/ HTTP/1.1\r\nHost: [::1\r\n\r\n",
    b"\x00" * 1000,
)


async def test_no_octets_on_a_connection_break_us(tmp_path: Path) -> None:
    async with a_province(tmp_path) as world, served(world) as base:
        place = urlsplit(base)
        assert place.hostname
        assert place.port
        for octets in RAW:
            reader, writer = await asyncio.open_connection(place.hostname, place.port)
            writer.write(octets)
            try:
                writer.write_eof()
                async with asyncio.timeout(20):
                    said = await reader.read()
            except ConnectionError:
                said = b""
            writer.close()
            assert not said.startswith(b"HTTP/1.1 5"), (octets[:80], said[:300])
        async with httpx.AsyncClient(base_url=base) as client:
            assert (await client.get("/healthz")).status_code == 200
