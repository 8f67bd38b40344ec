"""Does the directory collector tell a directory that lets us in from one that does not?"""

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
import uvloop
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from collectors import ldap
from collectors._ldap import message
from collectors._ldap.message import Entry, Malformed
from collectors._ldap.params import Params
from collectors._ldap.root import root
from core.reading import FailureKind, Reading
from core.watching import Check
from runtime.scheduler import look_once
from tests.collectors.directory import ADMIN, BASE, PASSWORD, Directory, directory
from tests.collectors.looking import a_kit, by, kind, looked, values, why
from tests.collectors.servers import talking
from tests.factories import FakeClock, a_check

COLLECTOR = ldap.COLLECTOR


@pytest.fixture(scope="module")
def slapd(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Directory]:
    with directory(tmp_path_factory.mktemp("slapd")) as running:
        yield running


def asking(slapd: Directory, secret: str | None = None, **params: object) -> Check:
    security = params.setdefault("security", "starttls")
    params.setdefault("port", slapd.tls if security == "tls" else slapd.plain)
    return a_check(
        "a",
        "ldap",
        address="localhost",
        timeout=3,
        secret=secret,
        params={"ca": str(slapd.ca), **params},
    )


@pytest.mark.parametrize("security", ["starttls", "tls"])
async def test_a_robot_binds_in_tls_and_finds_who_should_be_there(
    slapd: Directory, security: str
) -> None:
    more = {"base": BASE, "scope": "sub", "filter": "(uid=an)", "user": ADMIN}
    check = asking(slapd, "robot", security=security, **more)
    reading, run = await looked(COLLECTOR, check, robot=PASSWORD)
    assert reading.ok, run.lines
    assert values(reading)["probe_ldap_entries"] == 1
    phases = by(reading, "probe_ldap_duration_seconds", "phase")
    assert {"resolve", "connect", "tls", "bind", "search"} <= phases.keys()
    assert "probe_ssl_earliest_cert_expiry" in values(reading)
    info = next(s for s, _ in reading.samples if s.name == "probe_ldap_server_info")
    assert dict(info.labels)["context"] == BASE


async def test_anonymous_reads_what_is_open_to_all(slapd: Directory) -> None:
    check = asking(slapd, security="none", base=f"ou=nguoi,{BASE}", scope="one", min_entries=2)
    reading, run = await looked(COLLECTOR, check)
    assert reading.ok, run.lines
    assert values(reading)["probe_ldap_entries"] == 2


async def test_too_few_entries_are_told(slapd: Directory) -> None:
    check = asking(slapd, security="none", base=BASE, scope="sub", filter="(uid=chi)")
    reading, _ = await looked(COLLECTOR, check)
    assert why(reading) == f"0 entries are found, not 1: (uid=chi) below {BASE}"


async def test_a_base_that_is_not_there_is_told(slapd: Directory) -> None:
    check = asking(slapd, security="none", base="ou=khong,dc=dongnai,dc=test")
    reading, _ = await looked(COLLECTOR, check)
    assert "noSuchObject" in why(reading)


async def test_a_wrong_password_is_told_and_not_tried_again_at_once(slapd: Directory) -> None:
    kit, check = a_kit(FakeClock(), robot="sai"), asking(slapd, "robot", user=ADMIN)
    params = {**check.params, "verify": False}  # the fake clock lives before the certificate
    check = check.model_copy(update={"params": params})
    _, reading = await look_once(COLLECTOR, check, kit)
    assert kind(reading) is FailureKind.AUTH
    assert "invalidCredentials" in why(reading)
    run, reading = await look_once(COLLECTOR, check, kit)
    await kit.aclose()
    assert "it is not tried again before" in why(reading)
    assert not any("bind" in line for line in run.lines)


async def test_a_directory_that_wants_tls_for_passwords_says_so(slapd: Directory) -> None:
    check = asking(slapd, "robot", security="none", user=ADMIN)
    reading, _ = await looked(COLLECTOR, check, robot=PASSWORD)
    assert kind(reading) is FailureKind.PROTOCOL
    assert "confidentialityRequired" in why(reading)


async def test_a_user_with_an_empty_password_is_never_bound(slapd: Directory) -> None:
    check = asking(slapd, "robot", user=ADMIN)
    kit = a_kit(robot=" ")
    _, reading = await look_once(COLLECTOR, check, kit)
    await kit.aclose()
    assert why(reading) == "the secret robot holds no password"
    reading, _ = await looked(COLLECTOR, asking(slapd, user=ADMIN))
    assert kind(reading) is FailureKind.LOCAL


async def test_a_certificate_of_a_stranger_is_not_trusted(slapd: Directory) -> None:
    check = asking(slapd, "robot", user=ADMIN)
    params = {key: value for key, value in check.params.items() if key != "ca"}
    check = check.model_copy(update={"params": params})
    reading, run = await looked(COLLECTOR, check, robot=PASSWORD)
    assert "authority is unknown" in why(reading)
    assert not any("bind" in line for line in run.lines)


async def test_an_event_loop_like_that_of_the_platform_asks_alike(slapd: Directory) -> None:
    check = asking(slapd, "robot", user=ADMIN)
    reading = await asyncio.to_thread(
        lambda: uvloop.run(looked(COLLECTOR, check, robot=PASSWORD))[0]
    )
    assert reading.ok, reading.failure


def controller(**changes: str) -> Entry:
    """Return what a domain controller's root entry holds, as [MS-ADTS] has it."""
    told = {
        "currenttime": "20261105070000.0Z",
        "defaultnamingcontext": "DC=dongnai,DC=gov,DC=vn",
        "dnshostname": "dc1.dongnai.gov.vn",
        "issynchronized": "TRUE",
        "isglobalcatalogready": "TRUE",
        "domaincontrollerfunctionality": "7",
    }
    return Entry("", {name: (value,) for name, value in (told | changes).items()})


def test_what_a_domain_controller_tells_of_itself_is_read() -> None:
    found = root(controller())
    assert found.time == datetime(2026, 11, 5, 7, 0, tzinfo=UTC)
    assert found.level == "2016"
    assert found.synchronised is True
    assert root(controller(issynchronized="FALSE")).synchronised is False
    assert root(controller(currenttime="soon")).time is None
    assert root(Entry("", {})).host == ""


def sequence(tag: int, *parts: bytes) -> bytes:
    content = b"".join(parts)
    return bytes((tag, 0x84)) + len(content).to_bytes(4, "big") + content


def octets(text: str) -> bytes:
    return bytes((4, len(text.encode()))) + text.encode()


async def played(entry: Entry) -> Reading:
    """Look at a server that binds everybody and tells the given root entry."""
    attributes = [
        sequence(0x30, octets(name), sequence(0x31, *map(octets, told)))
        for name, told in entry.values.items()
    ]
    done = b"\x0a\x01\x00" + octets("") + octets("")

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(1024)
        writer.write(sequence(0x30, b"\x02\x01\x01", sequence(0x61, done)))
        await reader.read(1024)
        found = sequence(0x64, octets(""), sequence(0x30, *attributes))
        writer.write(sequence(0x30, b"\x02\x01\x02", found))
        writer.write(sequence(0x30, b"\x02\x01\x02", sequence(0x65, done)))
        await reader.read(1024)

    async with talking(talk) as port:
        params = {"port": port, "security": "none", "max_offset": 300}
        check = a_check("a", "ldap", address="127.0.0.1", timeout=2, params=params)
        reading, run = await looked(COLLECTOR, check)
    assert any("bind anonymously" in line for line in run.lines)
    return reading


async def test_a_domain_controller_out_of_step_fails() -> None:
    reading = await played(controller(issynchronized="FALSE"))
    assert "not in step with the others" in why(reading)
    assert by(reading, "probe_ldap_status", "aspect") == {"synchronised": 2, "catalogue": 0}


async def test_a_domain_controller_whose_clock_is_wrong_fails() -> None:
    reading = await played(controller(currenttime="20200101000000.0Z"))
    assert "behind this machine's" in why(reading)
    assert values(reading)["probe_ldap_clock_offset_seconds"] < -86400


@settings(max_examples=30, deadline=None)
@given(st.one_of(st.binary(max_size=80), st.binary(max_size=60).map(lambda b: sequence(0x30, b))))
async def test_no_strange_server_breaks_a_look(junk: bytes) -> None:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(junk)
        await reader.read(1024)

    async with talking(talk) as port:
        params = {"port": port, "security": "none"}
        check = a_check("a", "ldap", address="127.0.0.1", timeout=0.05, params=params)
        reading, _ = await looked(COLLECTOR, check)
    assert not reading.ok


@given(st.binary(max_size=200))
def test_octets_are_a_message_or_malformed(junk: bytes) -> None:
    try:
        found = message.read(junk)
        message.entry(found)
        message.result(found)
    except Malformed:
        pass


@given(st.text(max_size=300), st.text(max_size=300))
def test_a_bind_is_read_back_as_it_was_made(user: str, password: str) -> None:
    made = message.bind(7, user, password)
    sizes = message.size_of(made)
    assert sizes is not None
    assert sum(sizes) == len(made)
    found = message.read(made[sizes[0] :])
    version, name, secret = message.items(found.content)
    assert (found.number, found.kind, version.content) == (7, message.BIND, b"\x03")
    assert (name.content.decode(), secret.content.decode()) == (user, password)


@pytest.mark.parametrize("text", ["uid=an", "(&(a=b)(c=d))", "(uid=a)(b=c)", "(uid=)"])
def test_a_filter_of_more_than_one_condition_is_refused(text: str) -> None:
    with pytest.raises(ValidationError, match="is not one"):
        Params.model_validate({"filter": text})
