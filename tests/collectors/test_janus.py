"""A web bridge of no family of ours: do the general checks say whether people can meet by it?

Debian's Janus, started by the test on loopback: its JSON interface as a browser uses it, its
administration's figures, and its SIP gateway, registered with a real Kamailio and rung up by a
real baresip. No browser takes part, so no media flows.
"""

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from collectors import http, http_flow, sip_options
from collectors._sip import message
from core.clock import SystemClock
from core.collector import Collector
from core.reading import FailureKind, Reading
from runtime.kit import make_kit
from runtime.scheduler import look_once
from tests.collectors.families import told
from tests.collectors.phones import phone
from tests.collectors.servers import accepts, answers, program, running
from tests.factories import a_check
from tests.ports import free_port

SECRET = "quan-tri-cau"
USER = "cau-noi-web"
CONFIG = """\
general: {{
    configs_folder = "{folder}"
    plugins_folder = "{folder}/plugins"
    transports_folder = "{folder}/transports"
    events_folder = "{folder}"
    loggers_folder = "{folder}"
    admin_secret = "{secret}"
    debug_level = 3
    session_timeout = 60
}}
nat: {{ ice_lite = true }}
"""
HTTP = """\
general: {{
    json = "plain"
    base_path = "/janus"
    http = true
    port = {port}
    ip = "127.0.0.1"
    https = false
}}
admin: {{
    admin_base_path = "/admin"
    admin_http = true
    admin_port = {admin}
    admin_ip = "127.0.0.1"
    admin_https = false
}}
"""
SIP = """\
general: {
    local_ip = "127.0.0.1"
    user_agent = "Janus WebRTC Server SIP Plugin"
    register_ttl = 60
}
"""
REGISTRAR = """
debug=0
log_stderror=yes
fork=yes
children=1
tcp_children=1
listen=udp:127.0.0.1:{port}
loadmodule "tm.so"
loadmodule "sl.so"
loadmodule "rr.so"
loadmodule "pv.so"
loadmodule "maxfwd.so"
loadmodule "usrloc.so"
loadmodule "registrar.so"
loadmodule "siputils.so"
modparam("usrloc", "db_mode", 0)
request_route {{
  if ($rm == "REGISTER") {{ save("location"); exit; }}
  if ($rm == "OPTIONS" && $rU == $null) {{ sl_send_reply("200", "Keepalive"); exit; }}
  if ($rm == "INVITE") record_route();
  if (has_totag()) {{ loose_route(); t_relay(); exit; }}
  if (!lookup("location")) {{ sl_send_reply("404", "Not Found"); exit; }}
  t_relay();
}}
"""


@dataclass(frozen=True)
class Janus:
    """Where it listens."""

    port: int
    admin: int

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/janus"

    @property
    def administration(self) -> str:
        return f"http://127.0.0.1:{self.admin}/admin"


@pytest.fixture(scope="module")
def janus(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Janus]:
    """A Janus that offers its API by HTTP, and of its plugins the SIP gateway."""
    name = program("janus")
    folder, made = tmp_path_factory.mktemp("janus"), Janus(free_port(), free_port())
    for kind, wanted in (("transports", "libjanus_http.so"), ("plugins", "libjanus_sip.so")):
        (folder / kind).mkdir()
        for library in Path("/usr/lib").glob(f"*/janus/{kind}/{wanted}"):
            (folder / kind / library.name).symlink_to(library)
    (folder / "janus.jcfg").write_text(CONFIG.format(folder=folder, secret=SECRET))
    transport = HTTP.format(port=made.port, admin=made.admin)
    (folder / "janus.transport.http.jcfg").write_text(transport)
    (folder / "janus.plugin.sip.jcfg").write_text(SIP)
    up = lambda: accepts(made.port) and accepts(made.admin)  # noqa: E731
    with running(name, "-F", str(folder), ready=up, folder=folder):
        yield made


@pytest.fixture(scope="module")
def registrar(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """A kamailio that registers whoever asks."""
    folder, port = tmp_path_factory.mktemp("kamailio"), free_port()
    (folder / "kamailio.cfg").write_text(REGISTRAR.format(port=port))
    hello = message.Form.of(f"sip:127.0.0.1:{port}", "udp", ("127.0.0.1", 5060))
    command = [program("kamailio"), "-DD", "-E", "-f", str(folder / "kamailio.cfg"), "-m", "16"]
    command += ["-M", "4", "-Y", str(folder), "-P", str(folder / "pid")]
    asked = hello.request(message.new_branch())
    with running(*command, ready=lambda: answers(port, asked), folder=folder):
        yield port


async def looked(collector: Collector, **params: object) -> Reading:
    kit = make_kit(SystemClock())
    check = a_check("a", collector.name, address="127.0.0.1", params=params, timeout=5)
    try:
        return (await look_once(collector, check, kit))[1]
    finally:
        await kit.aclose()


def visit(janus: Janus, plugin: str = "janus.plugin.sip") -> list[dict[str, Any]]:
    """Return the steps of somebody who comes to meet: they enter, take a plugin, stay, and go."""
    session, no = f"{janus.url}/{{{{session}}}}", "thong-suot"
    return [
        {
            "name": "enter",
            "url": janus.url,
            "json_body": {"janus": "create", "transaction": no},
            "json_path": "janus",
            "json_value": "success",
            "extract": {"session": "json:data.id"},
        },
        {
            "name": "plugin",
            "url": session,
            "json_body": {"janus": "attach", "plugin": plugin, "transaction": no},
            "json_path": "janus",
            "json_value": "success",
            "extract": {"handle": "json:data.id"},
        },
        {
            "name": "stay",
            "url": session,
            "json_body": {"janus": "keepalive", "transaction": no},
            "json_path": "janus",
            "json_value": "ack",
        },
        {
            "name": "go",
            "url": session,
            "json_body": {"janus": "destroy", "transaction": no},
            "json_path": "janus",
            "json_value": "success",
        },
    ]


async def sessions(janus: Janus) -> list[int]:
    """Return whom Janus itself says to be there."""
    asked = {"janus": "list_sessions", "transaction": "t", "admin_secret": SECRET}
    async with httpx.AsyncClient() as client:
        said = (await client.post(janus.administration, json=asked)).json()
    found: list[int] = said["sessions"]
    return found


async def test_janus_is_seen_to_live_by_its_own_words(janus: Janus) -> None:
    reading = await looked(http.COLLECTOR, url=f"{janus.url}/info", keyword="Janus WebRTC Server")
    assert reading.ok, reading.failure
    assert told(reading, "probe_http_status_code") == 200


async def test_another_word_is_missed_and_told(janus: Janus) -> None:
    reading = await looked(http.COLLECTOR, url=f"{janus.url}/info", keyword="Jitsi Videobridge")
    assert reading.failure is not None
    assert reading.failure.kind is FailureKind.PROTOCOL


async def test_a_visit_goes_through_and_leaves_nobody_behind(janus: Janus) -> None:
    before = await sessions(janus)
    reading = await looked(http_flow.COLLECTOR, steps=visit(janus))
    assert reading.ok, reading.failure
    for step in ("enter", "plugin", "stay", "go"):
        assert told(reading, "probe_http_step_status", step=step) == 200
    assert await sessions(janus) == before


async def test_a_plugin_that_is_not_there_is_told_by_its_step(janus: Janus) -> None:
    reading = await looked(http_flow.COLLECTOR, steps=visit(janus, "janus.plugin.videoroom"))
    assert reading.failure is not None
    assert "step plugin" in reading.failure.detail


async def test_how_many_are_there_is_told_by_its_administration(janus: Janus) -> None:
    body = {"janus": "list_sessions", "transaction": "t", "admin_secret": SECRET}
    step = {"name": "figures", "url": janus.administration, "json_body": body}
    reading = await looked(
        http_flow.COLLECTOR, steps=[{**step, "json_path": "janus", "json_value": "success"}]
    )
    assert reading.ok, reading.failure
    refused = {**step, "json_body": {**body, "admin_secret": "sai"}}
    reading = await looked(
        http_flow.COLLECTOR, steps=[{**refused, "json_path": "janus", "json_value": "success"}]
    )
    assert reading.failure is not None


class Gateway:
    """A handle of Janus's SIP plugin, as a page that meets by it holds one."""

    def __init__(self, client: httpx.AsyncClient, url: str) -> None:
        self._client, self._url = client, url
        self._handle = ""

    async def enter(self) -> None:
        session = (await self._said(self._url, janus="create"))["data"]["id"]
        self._url = f"{self._url}/{session}"
        attached = await self._said(self._url, janus="attach", plugin="janus.plugin.sip")
        self._handle = f"{self._url}/{attached['data']['id']}"

    async def tell(self, **body: object) -> None:
        await self._said(self._handle, janus="message", body=body)

    async def until(self, name: str) -> dict[str, Any]:
        """Return the event of a name, as soon as it comes."""
        async with asyncio.timeout(15):
            while True:
                event = (await self._client.get(self._url, params={"maxev": 1}, timeout=40)).json()
                result = event.get("plugindata", {}).get("data", {}).get("result", {})
                if result.get("event") == name:
                    found: dict[str, Any] = result
                    return found

    async def leave(self) -> None:
        await self._said(self._url, janus="destroy")

    async def _said(self, url: str, **body: object) -> dict[str, Any]:
        answer = await self._client.post(url, json={"transaction": "t", **body})
        said: dict[str, Any] = json.loads(answer.text)
        assert said["janus"] in {"success", "ack"}, said
        return said


@asynccontextmanager
async def registered(janus: Janus, registrar: int) -> AsyncIterator[Gateway]:
    """Let Janus's gateway register at Kamailio."""
    async with httpx.AsyncClient() as client:
        gateway = Gateway(client, janus.url)
        await gateway.enter()
        here = f"sip:127.0.0.1:{registrar}"
        await gateway.tell(
            request="register",
            username=f"sip:{USER}@127.0.0.1:{registrar}",
            secret="mat-khau",  # nobody asks for it
            proxy=here,
        )
        await gateway.until("registered")
        try:
            yield gateway
        finally:
            await gateway.leave()


async def test_the_gateway_is_found_registered_and_missed_once_it_is_gone(
    janus: Janus, registrar: int
) -> None:
    asked = {"port": registrar, "user": USER}
    reading = await looked(sip_options.COLLECTOR, **asked)
    assert reading.failure is not None
    assert f"{USER} is not registered" in reading.failure.detail
    async with registered(janus, registrar) as gateway:
        reading = await looked(sip_options.COLLECTOR, **asked)
        assert reading.ok, reading.failure
        assert told(reading, "probe_sip_status_code") == 200
        await gateway.tell(request="unregister")
        await gateway.until("unregistered")
        reading = await looked(sip_options.COLLECTOR, **asked)
        assert reading.failure is not None


async def test_a_real_phone_rings_at_the_gateway_through_the_registrar(
    janus: Janus, registrar: int, tmp_path: Path
) -> None:
    async with registered(janus, registrar) as gateway, phone("xa-a", tmp_path) as caller:
        await caller.command("dial", f"sip:{USER}@127.0.0.1:{registrar}")
        rung = await gateway.until("incomingcall")
        assert "xa-a" in rung["username"]
        await caller.until("CALL_RINGING")
        await gateway.tell(request="decline", code=486)
        await caller.until("CALL_CLOSED")
        closed = [event for event in caller.events if event["type"] == "CALL_CLOSED"]
        assert "486" in closed[-1]["param"]
