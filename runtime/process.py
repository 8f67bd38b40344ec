"""What every long-running command needs: a log, signals that stop it, sentences for refusals."""

import asyncio
import gc
import logging
import os
import signal
import sys
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

import uvloop

from core.errors import DomainError, Invalid
from runtime import language

T = TypeVar("T")
_STOPS = (signal.SIGINT, signal.SIGTERM)


def log_to_stderr(level: str) -> None:
    """Write the running log to stderr, one line an event."""
    logging.basicConfig(
        level=level.upper(), format="%(asctime)s %(levelname)s %(name)s: %(message)s", force=True
    )
    for chatty in ("aiosqlite", "asyncio", "alembic", "uvicorn"):
        logging.getLogger(chatty).setLevel(logging.WARNING)


def run(work: Coroutine[Any, Any, T]) -> T:
    """Run a coroutine as every long-lived process of ours runs.

    On uvloop, and with a cyclic collector that looks rarely: nearly all of our objects live as
    long as we do, and walking them costs a tenth of the polling (docs/performance.md).
    """
    gc.set_threshold(100_000, 20, 50)
    return uvloop.run(work)


def drive(work: Callable[[asyncio.Event], Coroutine[Any, Any, T]]) -> T:
    """Run `work(stop)` to its end; SIGINT and SIGTERM set `stop`.

    A refusal is said on stderr in the language of the terminal, and the process exits with 2
    (bad input) or 1 (anything else).
    """

    async def main() -> T:
        stop = asyncio.Event()
        loop = asyncio.get_running_loop()
        for number in _STOPS:
            loop.add_signal_handler(number, stop.set)
        return await work(stop)

    try:
        return run(main())
    except DomainError as refusal:
        _say(refusal)
        sys.exit(2 if isinstance(refusal, Invalid) else 1)


def _say(refusal: DomainError) -> None:
    tongue = language.of(os.environ)
    lines = [refusal.text.said(tongue)]
    if isinstance(refusal, Invalid):
        lines = [problem.said(tongue) for problem in refusal.problems]
    for line in lines:
        print(line, file=sys.stderr)  # noqa: T201  (the place where refusals are said)
