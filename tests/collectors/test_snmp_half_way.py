"""A Huawei S5720 as recorded, which has no answer to 40 rows at once: met half-way, remembered."""

import random

import pytest

from collectors import snmp_health, snmp_interfaces
from core.clock import SystemClock
from core.reading import FailureKind, Reading
from runtime.kit import make_kit
from tests.collectors.snmp_agent import Request, response, stage
from tests.collectors.test_snmp_engine import silent_beyond
from tests.collectors.test_snmp_health import ASSERTED, Recorded, missing
from tests.collectors.test_snmp_recordings import recorded
from tests.collectors.test_snmp_system import Notes
from tests.factories import a_check

NAME = "vrp_5720-32x-ei"
pytestmark = pytest.mark.skipif(NAME not in ASSERTED, reason="the recording is absent")


@pytest.mark.parametrize("most", [39, 12])
async def test_it_says_all_it_has_to_whoever_asks_for_less(most: int) -> None:
    kit = make_kit(SystemClock())
    async with stage(Recorded) as play:
        agent = play(recorded(ASSERTED[NAME] / f"{NAME}.snmprec"), spoil=silent_beyond(most))
        patient = {"community": "public", "port": agent.port, "wait": 0.3, "retries": 0}
        check = a_check("gw-1", "snmp_health", address="127.0.0.1", params=patient, timeout=60.0)
        reading = await snmp_health.look(check, kit, Notes())
        agent.requests.clear()
        ports = await snmp_interfaces.look(
            a_check("gw-1", "snmp_interfaces", address="127.0.0.1", params=patient, timeout=60.0),
            kit,
            Notes(),
        )
    await kit.aclose()
    assert reading.ok, reading.failure
    assert missing(NAME, reading) == []
    assert ports.ok, ports.failure
    asked = [max(len(r.names), r.repetitions if r.kind == 0xA5 else 0) for r in agent.requests]
    assert max(asked) <= most, "what it could not answer is remembered by other collectors too"


class Hostile:
    """Spoils some answers by chance in every way but that which nobody could see through."""

    def __init__(self, seed: int, share: float) -> None:
        self._chance = random.Random(seed)
        self._share = share
        self._before: list[bytes] = []

    def __call__(self, n: int, request: Request, answer: bytes) -> list[bytes]:
        """Return what is sent instead of an answer."""
        before, self._before = self._before, [answer]
        if self._chance.random() > self._share:
            return [answer]
        return self._chance.choice(
            (
                [],
                before,  # late: the answer to what was asked before
                [answer, answer, *before],
                [answer[: self._chance.randrange(len(answer))]],
                [self._chance.randbytes(self._chance.randrange(1, 300)), answer],
                [response(request, [], request_id=self._chance.randbytes(4)), answer],
                [response(request, [], status=1)],
                [answer[:-1] + b"\0\0"],
            )
        )


def told(reading: Reading) -> dict[object, float]:
    """Return the samples of what does not change between two looks."""
    return {
        series: value
        for series, value in reading.samples
        if not series.name.endswith(("_seconds", "_total")) and "duration" not in series.name
    }


@pytest.mark.full
async def test_a_hostile_agent_is_read_right_or_a_reason_is_named(full: bool) -> None:
    """What is told in spite of all is what is told without; a look that fails says why."""
    patient = {"community": "public", "wait": 0.1, "retries": 4}
    good = 0
    async with stage(Recorded) as play:
        table = recorded(ASSERTED[NAME] / f"{NAME}.snmprec")
        for round_ in range(200 if full else 2):
            for looks in (snmp_health, snmp_interfaces):
                truth: dict[object, float] = {}
                for spoil in (None, Hostile(round_, (0.02, 0.1, 0.3)[round_ % 3])):
                    agent = play(table)
                    if spoil is not None:
                        agent.spoil = spoil
                    kit = make_kit(SystemClock())
                    params = {**patient, "port": agent.port}
                    check = a_check(
                        "gw-1", looks.COLLECTOR.name, address="127.0.0.1", params=params, timeout=60
                    )
                    reading = await looks.look(check, kit, Notes())
                    await kit.aclose()
                    if spoil is None:
                        truth = told(reading)
                        continue
                    if reading.failure is not None:
                        assert reading.failure.kind in {FailureKind.TIMEOUT, FailureKind.PROTOCOL}
                        continue
                    good += 1
                    assert told(reading) == {key: truth[key] for key in told(reading)}
                    assert truth
    assert good
