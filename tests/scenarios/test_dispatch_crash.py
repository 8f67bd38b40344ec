"""Killed at every named point of a message's life, the dispatcher loses nothing.

What goes out twice goes out under the same id, and it is nothing but what the provider had taken
when we had not yet heard of it.
"""

import asyncio
import itertools
import logging
import multiprocessing
import random
import signal
from collections import Counter
from multiprocessing.context import ForkServerContext
from pathlib import Path

import pytest

from core.clock import SystemClock
from core.incident import NotificationState
from runtime.dispatcher import DispatchOptions
from storage.ledger import open_ledger
from tests.scenarios.dying_dispatcher import POINTS, Order, code, expected, live

log = logging.getLogger(__name__)

ROUNDS = 1000 // 2  # on each of two databases
MESSAGES, STORM = 20, 120  # that each life writes: briefly, at full length
MOST_TWICE = 0.001  # of the messages of a storm
_LIFE = 600.0  # seconds that a life may take: the one in peace sends what ten others left


@pytest.fixture
def lives() -> ForkServerContext:
    """Processes that begin with everything imported."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["__main__", "tests.scenarios.dying_dispatcher"])
    return context


def lived(context: ForkServerContext, order: Order) -> int | None:
    """Let one life pass; return how it ended."""
    child = context.Process(target=live, args=(order,))
    child.start()
    child.join(_LIFE)
    if child.is_alive():
        child.kill()
        child.join()
        pytest.fail(f"{order} does not end")
    return child.exitcode


def times(point: str, messages: int, dice: random.Random) -> int:
    """Return how often a point is passed before it kills: any of the messages it is of."""
    match point:
        case "sending" | "sent" | "settling" | "settled":
            return dice.randint(1, messages)
        case "claiming" | "claimed":
            return dice.randint(1, messages // DispatchOptions().per_channel)
        case _:
            return 1


def lines(file: Path) -> list[str]:
    """Return the lines of a journal."""
    return file.read_text(encoding="utf-8").splitlines() if file.exists() else []


@pytest.mark.full
async def test_a_kill_at_every_point_loses_no_message_and_doubles_few(
    ledger_url: str,
    tmp_path: Path,
    lives: ForkServerContext,
    *,
    full: bool,
) -> None:
    rounds, messages = (ROUNDS, STORM) if full else (len(POINTS), MESSAGES)
    dice, killed = random.Random(1), Counter[str]()
    for number, point in zip(range(rounds), itertools.cycle(POINTS), strict=False):
        order = Order(
            *(ledger_url, tmp_path, number, messages, point),
            times(point, messages, dice),
            seed=number,
        )
        assert await asyncio.to_thread(lived, lives, order) == -signal.SIGKILL, order
        killed[point] += 1
        if point == POINTS[-1]:  # one that is left in peace says all that the others left
            peace = Order(ledger_url, tmp_path, number, 0)
            assert await asyncio.to_thread(lived, lives, peace) == 0

    ledger = await open_ledger(ledger_url, None, SystemClock())
    known = (await ledger.brain.restore(SystemClock().now())).incidents
    rows = [row for one in known for row in await ledger.outbox.for_incident(one.id)]
    await ledger.aclose()
    accepted = set(lines(tmp_path / "accepted"))
    taken = Counter(lines(tmp_path / "taken"))
    assert accepted <= {one.id for one in known}
    assert {one.id for one in known} <= {code(number) for number in range(rounds)}

    wanted = {address for one in known for address in expected(one.id, messages)}
    told = [line.split(" ") for line in taken]
    assert {address for _, address in told} == wanted, "a message was lost"
    assert len({address for _, address in told}) == len(told), "an id changed"
    assert len({name for name, _ in told}) == len(told)
    ends = {note.state for note, _ in rows}
    assert ends == {NotificationState.SENT, NotificationState.UNFOLDED}

    twice = sum(count - 1 for count in taken.values())
    log.info("%d kills, %d messages, %d sent twice", rounds, len(wanted), twice)
    assert twice == killed["sent"]
    assert not full or twice <= MOST_TWICE * len(wanted)
