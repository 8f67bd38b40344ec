"""A WebRTC bridge that speaks JSON over HTTP, and no family of ours: do the plain checks serve it?

Debian's Janus, started by the test on loopback. What an engineer would declare for it is a check of
its address by HTTP with a word that must be there.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest

from collectors import http
from core.clock import SystemClock
from core.reading import FailureKind, Reading
from runtime.kit import make_kit
from runtime.scheduler import look_once
from tests.collectors.families import told
from tests.collectors.servers import accepts, program, running
from tests.factories import a_check
from tests.ports import free_port

CONFIG = """\
general: {{
    configs_folder = "{folder}"
    plugins_folder = "{folder}"
    transports_folder = "{folder}/transports"
    events_folder = "{folder}"
    loggers_folder = "{folder}"
    debug_level = 3
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
admin: {{ admin_http = false }}
"""


@pytest.fixture(scope="module")
def janus(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """A Janus that offers its API by HTTP."""
    name = program("janus")
    folder, port = tmp_path_factory.mktemp("janus"), free_port()
    (folder / "transports").mkdir()  # of its ways in, HTTP alone
    for library in Path("/usr/lib").glob("*/janus/transports/libjanus_http.so"):
        (folder / "transports" / library.name).symlink_to(library)
    (folder / "janus.jcfg").write_text(CONFIG.format(folder=folder))
    (folder / "janus.transport.http.jcfg").write_text(HTTP.format(port=port))
    with running(name, "-F", str(folder), ready=lambda: accepts(port), folder=folder):
        yield port


async def looked(port: int, path: str, **params: object) -> Reading:
    kit = make_kit(SystemClock())
    url = f"http://127.0.0.1:{port}{path}"
    check = a_check("a", "http", address="127.0.0.1", params={"url": url, **params}, timeout=5)
    try:
        return (await look_once(http.COLLECTOR, check, kit))[1]
    finally:
        await kit.aclose()


async def test_janus_is_seen_to_live_by_its_own_words(janus: int) -> None:
    reading = await looked(janus, "/janus/info", keyword="Janus WebRTC Server")
    assert reading.ok, reading.failure
    assert told(reading, "probe_http_status_code") == 200


async def test_another_word_is_missed_and_told(janus: int) -> None:
    reading = await looked(janus, "/janus/info", keyword="Jitsi Videobridge")
    assert reading.failure is not None
    assert reading.failure.kind is FailureKind.PROTOCOL
