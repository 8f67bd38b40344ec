"""Polling by SNMPv3: real agents with every combination, reboots, wrong keys, replayed answers."""

import asyncio
import os
import shutil
import socket
import subprocess
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import NamedTuple

import pytest

from collectors._snmp import ber, secured
from collectors._snmp.agent import Patience, Trouble
from collectors._snmp.engine import Engine
from collectors._snmp.secured import Spoken
from collectors._snmp.session import NOT_IN_WINDOW, UNKNOWN_ENGINE
from collectors._snmp.usm import Auth, Keys, Priv, User, keys_of, user_of
from collectors.snmp_health import COLLECTOR as HEALTH
from collectors.snmp_interfaces import COLLECTOR as INTERFACES
from collectors.snmp_system import COLLECTOR as SYSTEM
from core.clock import SystemClock
from core.reading import FailureKind
from runtime.kit import DirectSockets, make_kit
from runtime.scheduler import look_once
from tests.factories import a_check
from tests.ports import free_port

NAME, UPTIME = "1.3.6.1.2.1.1.5.0", "1.3.6.1.2.1.1.3.0"
QUICK, SHORT = Patience(wait=1.0, retries=1), Patience(wait=0.25, retries=1)
AUTHS = {
    "MD5": Auth.MD5,
    "SHA": Auth.SHA,
    "SHA-224": Auth.SHA224,
    "SHA-256": Auth.SHA256,
    "SHA-384": Auth.SHA384,
    "SHA-512": Auth.SHA512,
}
PRIVS = {
    "DES": Priv.DES,
    "AES": Priv.AES128,
    "AES-192": Priv.AES192,
    "AES-256": Priv.AES256,
}
ONE, TWO = "mot-mat-khau", "hai-mat-khau"


def users() -> dict[str, User]:
    """Return every combination, by the name that snmpd has it under."""
    found = {"nobody": User("nobody")}
    for auth_name, auth in AUTHS.items():
        name = auth_name.replace("-", "").lower()
        found[name] = User(name, auth, ONE)
        for priv_name, priv in PRIVS.items():
            both = name + priv_name.replace("-", "").lower()
            found[both] = User(both, auth, ONE, priv, TWO)
    return found


USERS = users()


def lines() -> list[str]:
    made = []
    for user in USERS.values():
        words = f"createUser {user.name}"
        if user.auth is not None:
            words += f" {next(k for k, v in AUTHS.items() if v is user.auth)} {ONE}"
        if user.priv is not None:
            words += f" {next(k for k, v in PRIVS.items() if v is user.priv)} {TWO}"
        level = {"noAuthNoPriv": "noauth", "authNoPriv": "auth", "authPriv": "priv"}[user.level]
        made += [words, f"rouser {user.name} {level}"]
    return made


class Snmpd:
    """A real agent that can be ended and started again with what it remembers."""

    def __init__(self, folder: Path, extra: tuple[str, ...] = ()) -> None:
        program = shutil.which("snmpd", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
        assert program is not None
        self.port = free_port()
        self._folder = folder
        self._program = program
        self._process: subprocess.Popen[bytes] | None = None
        self.config = folder / "snmpd.conf"
        self.config.write_text(
            "\n".join(("rocommunity public", "sysName ten-may", *lines(), *extra)) + "\n"
        )

    def start(self) -> None:
        world = {
            **os.environ,
            "MIBS": "",
            "MIBDIRS": "/nonexistent",
            "SNMPCONFPATH": f"{self._folder}:{self._folder}/kept",
            "SNMP_PERSISTENT_DIR": str(self._folder / "kept"),  # where it counts its boots
        }
        command = [self._program, "-f", "-Lf", str(self._folder / "log")]
        command.append(f"udp:127.0.0.1:{self.port}")
        self._process = subprocess.Popen(command, env=world, cwd=self._folder)
        hello = bytes.fromhex(
            "302602010104067075626c6963a019020101020100020100300e300c06082b060102010103000500"
        )
        deadline = time.monotonic() + 20
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asker:
            asker.settimeout(0.2)
            while time.monotonic() < deadline:
                try:
                    asker.sendto(hello, ("127.0.0.1", self.port))
                    asker.recv(2000)
                except OSError:
                    continue
                return
        raise AssertionError((self._folder / "log").read_text())

    def stop(self) -> None:
        if self._process is not None:
            self._process.terminate()
            self._process.wait(10)
            self._process = None


@contextmanager
def running(folder: Path, *extra: str) -> Iterator[Snmpd]:
    agent = Snmpd(folder, extra)
    agent.start()
    try:
        yield agent
    finally:
        agent.stop()


@pytest.fixture(scope="module")
def snmpd(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Snmpd]:
    with running(tmp_path_factory.mktemp("snmpd")) as agent:
        yield agent


@pytest.fixture
async def engine() -> AsyncIterator[Engine]:
    made = Engine(DirectSockets())
    yield made
    await made.aclose()


async def name_of(engine: Engine, port: int, user: User, patience: Patience = QUICK) -> object:
    agent = await engine.agent("127.0.0.1", port, user)
    [value] = await engine.get(agent, engine.plan((NAME,)), patience)
    return value


async def refusal(
    engine: Engine, port: int, user: User, patience: Patience = SHORT
) -> tuple[FailureKind, str]:
    with pytest.raises(Trouble) as trouble:
        await name_of(engine, port, user, patience)
    return trouble.value.failure.kind, trouble.value.failure.detail


@pytest.mark.parametrize("name", USERS)
async def test_a_real_agent_answers_every_kind_of_user(
    engine: Engine, snmpd: Snmpd, name: str
) -> None:
    assert await name_of(engine, snmpd.port, USERS[name]) == b"ten-may"
    assert await name_of(engine, snmpd.port, USERS[name]) == b"ten-may"
    assert engine.counts.junk == 0


async def test_engine_and_clock_are_learned_once_and_a_walk_goes_on(
    engine: Engine, snmpd: Snmpd
) -> None:
    user = USERS["sha256aes"]
    agent = await engine.agent("127.0.0.1", snmpd.port, user)
    walk = await engine.walk(agent, "1.3.6.1.2.1.1", QUICK)
    assert len(walk.rows) > 5
    assert walk.stopped is None
    reports = engine.counts.reports
    assert 1 <= reports <= 2
    for _ in range(20):
        assert await name_of(engine, snmpd.port, user) == b"ten-may"
    assert engine.counts.reports == reports
    assert await engine.agent("127.0.0.1", snmpd.port, user_of_again(user)) is agent


def user_of_again(user: User) -> User:
    return user_of(f"v3 user={user.name} auth=sha256:{ONE} priv=aes:{TWO}")


WRONG = [
    (User("ai-do", Auth.SHA256, ONE), "unknownUserName", "ai-do"),
    (User("sha256", Auth.SHA256, "sai-mat-khau"), "wrongDigest", "auth="),
    (User("sha256", Auth.SHA512, ONE), "wrongDigest", "auth="),
    (User("sha256", Auth.SHA256, ONE, Priv.AES128, TWO), "unsupportedSecLevel", "authPriv"),
    (User("sha256aes", Auth.SHA256, ONE, Priv.AES128, "sai-mat-khau"), "encrypt", "priv="),
]


@pytest.mark.parametrize(("user", "what", "mend"), WRONG)
async def test_wrong_keys_are_named_with_the_way_out(
    engine: Engine, snmpd: Snmpd, user: User, what: str, mend: str
) -> None:
    kind, said = await refusal(engine, snmpd.port, user, QUICK)
    assert kind is FailureKind.AUTH
    assert what in said
    assert mend in said
    assert ONE not in said
    assert "sai-mat-khau" not in said


async def test_an_agent_that_restarts_in_the_middle_is_met_again_in_one_look(
    engine: Engine, tmp_path: Path
) -> None:
    user = USERS["shaaes"]
    with running(tmp_path) as agent:
        assert await name_of(engine, agent.port, user) == b"ten-may"
        peer = await engine.agent("127.0.0.1", agent.port, user)
        assert peer.session is not None
        boots, reports = peer.session.clock.boots, engine.counts.reports
        agent.stop()
        agent.start()
        assert await name_of(engine, agent.port, user) == b"ten-may"
        assert peer.session.clock.boots == boots + 1
        assert engine.counts.reports == reports + 1  # notInTimeWindow, signed


async def test_a_device_that_was_replaced_is_met_under_its_new_engine_id(
    engine: Engine, tmp_path: Path
) -> None:
    user = USERS["sha512aes256"]
    with running(tmp_path, "engineID may-thu-nhat") as agent:
        assert await name_of(engine, agent.port, user) == b"ten-may"
        agent.stop()
        shutil.rmtree(tmp_path / "kept")
        text = agent.config.read_text().replace("may-thu-nhat", "may-thu-hai")
        agent.config.write_text(text)
        agent.start()
        assert await name_of(engine, agent.port, user) == b"ten-may"


async def test_every_collector_works_by_version_3_as_it_does_by_2c(snmpd: Snmpd) -> None:
    class Purse:
        def reveal(self, name: str) -> str | None:
            return f"v3 user=sha256aes auth=sha256:{ONE} priv=aes128:{TWO}"

    kit = make_kit(SystemClock(), secrets=Purse())
    seen: dict[str, set[str]] = {}
    for collector in (SYSTEM, INTERFACES, HEALTH):
        for secret in ("v3", None):
            check = a_check(
                "may-1",
                collector.name,
                address="127.0.0.1",
                secret=secret,
                timeout=20.0,
                params={"port": snmpd.port, **({} if secret else {"community": "public"})},
            )
            _, reading = await look_once(collector, check, kit)
            assert reading.ok, (collector.name, reading.failure)
            names = {series.name for series, _ in reading.samples}
            assert seen.setdefault(collector.name, names) == names
    await kit.aclose()


async def test_a_secret_that_is_no_login_is_our_own_fault(snmpd: Snmpd) -> None:
    class Purse:
        def reveal(self, name: str) -> str | None:
            return "v3 user=a auth=sha256:ngan"

    kit = make_kit(SystemClock(), secrets=Purse())
    check = a_check("may-1", "snmp_system", address="127.0.0.1", secret="snmp", params={})
    run, reading = await look_once(SYSTEM, check, kit)
    await kit.aclose()
    assert reading.failure is not None
    assert reading.failure.kind is FailureKind.LOCAL
    assert "the secret snmp is no SNMPv3 login" in reading.failure.detail
    assert "ngan" not in "\n".join(run.lines)


# An agent that is played, for what a real one does only when it is broken or not itself.

ENGINE = b"\x80\x00\x00\x00\x05played"
ASKER = User("gs", Auth.SHA256, ONE, Priv.AES128, TWO)
BARE = User("gs", Auth.SHA256, ONE)


class Request(NamedTuple):
    """What was asked."""

    said: secured.Secured
    pdu: bytes


class PlayedAgent:
    """Answers by version 3 as the test says; `answer(agent, request)` returns datagrams."""

    def __init__(self, user: User = ASKER) -> None:
        self.user, self.keys = user, keys_of(user, ENGINE)
        self.boots, self.born = 1, time.monotonic() - 1000
        self.requests: list[Request] = []
        self.answers: list[bytes] = []
        self.answer: Callable[[Request], list[bytes]] = lambda request: [self.reply(request)]
        self.door = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.door.bind(("127.0.0.1", 0))

    @property
    def port(self) -> int:
        return int(self.door.getsockname()[1])

    @property
    def time(self) -> int:
        return int(time.monotonic() - self.born)

    def serve(self) -> None:
        data, source = self.door.recvfrom(65535)
        said = secured.parsed(data)
        if said.engine_id != ENGINE:
            self.door.sendto(self.report(said, UNKNOWN_ENGINE, User(""), Keys()), source)
            return
        request = Request(said, secured.scoped(said, self.user, self.keys).pdu)
        self.requests.append(request)
        if (said.boots, abs(said.time - self.time) <= 150) != (self.boots, True):
            signer = User(self.user.name, self.user.auth, ONE)
            self.door.sendto(self.report(said, NOT_IN_WINDOW, signer, self.keys), source)
            return
        for datagram in self.answer(request):
            self.door.sendto(datagram, source)

    def reply(self, request: Request, **changes: object) -> bytes:
        pdu = b"\xa2" + request.pdu[1:-2] + b"\x04\x00"  # the one name has an empty text
        whole = secured.sealed(
            Spoken(
                changes.get("user", self.user),  # type: ignore[arg-type]
                changes.get("keys", self.keys),  # type: ignore[arg-type]
                ENGINE,
                changes.get("boots", self.boots),  # type: ignore[arg-type]
                changes.get("time", self.time),  # type: ignore[arg-type]
            ),
            request.said.message_id,
            secured.Scoped(ENGINE, b"", pdu),
            reportable=False,
        )
        self.answers.append(whole)
        return whole

    def report(self, said: secured.Secured, counter: str, user: User, keys: Keys) -> bytes:
        binding = ber.tlv(ber.SEQUENCE, ber.oid(counter) + ber.integer(1, ber.COUNTER32))
        pdu = ber.tlv(0xA8, ber.integer(0) * 3 + ber.tlv(ber.SEQUENCE, binding))
        spoken = Spoken(user, keys, ENGINE, self.boots, self.time)
        return secured.sealed(
            spoken, said.message_id, secured.Scoped(ENGINE, b"", pdu), reportable=False
        )


@pytest.fixture
async def played() -> AsyncIterator[PlayedAgent]:
    agent = PlayedAgent()
    loop = asyncio.get_running_loop()
    loop.add_reader(agent.door, agent.serve)
    yield agent
    loop.remove_reader(agent.door)
    agent.door.close()


async def test_an_answer_of_a_lower_level_is_not_taken(engine: Engine, played: PlayedAgent) -> None:
    played.answer = lambda request: [
        played.reply(request, user=User("gs")),
        played.reply(request, user=BARE),
    ]
    kind, said = await refusal(engine, played.port, ASKER)
    assert (kind, "lower security level" in said) == (FailureKind.PROTOCOL, True)


async def test_an_answer_with_another_key_is_not_taken(engine: Engine, played: PlayedAgent) -> None:
    other = User("gs", Auth.SHA256, "mot-mat-khau-khac", Priv.AES128, TWO)
    played.answer = lambda request: [played.reply(request, user=other, keys=keys_of(other, ENGINE))]
    kind, said = await refusal(engine, played.port, ASKER)
    assert (kind, "wrong digest" in said) == (FailureKind.PROTOCOL, True)


async def test_a_replayed_answer_is_not_taken_again(engine: Engine, played: PlayedAgent) -> None:
    assert await name_of(engine, played.port, ASKER) == b""
    old = played.answers[-1]
    played.answer = lambda request: [old]
    kind, said = await refusal(engine, played.port, ASKER)
    assert (kind, "another message id" in said) == (FailureKind.PROTOCOL, True)


async def test_an_answer_from_outside_the_time_window_is_not_taken(
    engine: Engine, played: PlayedAgent
) -> None:
    assert await name_of(engine, played.port, ASKER) == b""
    olds: list[dict[str, object]] = [{"time": played.time - 200}, {"boots": 0}]
    for old in olds:
        said_then = partial(played.reply, **old)  # type: ignore[arg-type]
        played.answer = lambda request, reply=said_then: [reply(request)]  # type: ignore[misc]
        kind, said = await refusal(engine, played.port, ASKER)
        assert (kind, "outside the time window" in said) == (FailureKind.PROTOCOL, True)


async def test_a_clock_that_went_back_without_a_reboot_counted_is_met_half_way(
    engine: Engine, played: PlayedAgent
) -> None:
    """Some devices forget how often they booted."""
    assert await name_of(engine, played.port, ASKER) == b""
    played.born = time.monotonic()
    assert await name_of(engine, played.port, ASKER) == b""


async def test_an_unsigned_word_of_the_clock_is_not_believed(
    engine: Engine, played: PlayedAgent
) -> None:
    assert await name_of(engine, played.port, ASKER) == b""
    peer = await engine.agent("127.0.0.1", played.port, ASKER)
    assert peer.session is not None
    boots = peer.session.clock.boots
    played.boots = 77
    played.answer = lambda request: []
    real = played.report
    played.report = lambda said, counter, user, keys: real(said, counter, User("gs"), Keys())  # type: ignore[method-assign]
    kind, said = await refusal(engine, played.port, ASKER)
    assert (kind, "not signed" in said) == (FailureKind.AUTH, True)
    assert peer.session.clock.boots == boots


async def test_a_clock_that_stands_still_is_given_up_after_some_rounds(
    engine: Engine, played: PlayedAgent
) -> None:
    assert await name_of(engine, played.port, ASKER) == b""
    played.answer = lambda request: [played.report(request.said, NOT_IN_WINDOW, BARE, played.keys)]
    kind, said = await refusal(engine, played.port, ASKER)
    assert (kind, "clock does not run" in said) == (FailureKind.PROTOCOL, True)
    assert len(played.requests) < 10


async def test_an_engine_id_that_keeps_changing_is_given_up(
    engine: Engine, played: PlayedAgent
) -> None:
    count = iter(range(1000))

    def wander(said: secured.Secured, counter: str, user: User, keys: Keys) -> bytes:
        binding = ber.tlv(ber.SEQUENCE, ber.oid(counter) + ber.integer(1, ber.COUNTER32))
        pdu = ber.tlv(0xA8, ber.integer(0) * 3 + ber.tlv(ber.SEQUENCE, binding))
        other = ENGINE + bytes((1 + next(count),))
        return secured.sealed(
            Spoken(User(""), Keys(), other, 1, 1), said.message_id, secured.Scoped(other, b"", pdu)
        )

    played.report = wander  # type: ignore[method-assign]
    kind, said = await refusal(engine, played.port, ASKER)
    assert (kind, "two devices" in said) == (FailureKind.PROTOCOL, True)


async def test_silence_to_the_first_question_is_a_timeout(engine: Engine) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as silent:
        silent.bind(("127.0.0.1", 0))
        kind, said = await refusal(engine, silent.getsockname()[1], ASKER)
    assert (kind, said) == (FailureKind.TIMEOUT, "no answer to 2 requests of 0.25 s")


async def test_a_port_without_an_agent_refuses(engine: Engine) -> None:
    kind, _ = await refusal(engine, free_port(), ASKER)
    assert kind is FailureKind.REFUSED
