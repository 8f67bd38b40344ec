"""Regular expressions and HTML of strangers, in a process that can be ended.

Python's matcher cannot be interrupted and holds up everything else, and a page may be written so
that a harmless expression, or the reading of its marks, takes hours.
"""

import asyncio
import json
import struct
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from collectors._http import searcher
from collectors._net.trouble import Trouble, printable, trouble
from core.collector import Kit
from core.reading import Failure, FailureKind

PATIENCE = 2.0  # seconds for one page
_LENGTH = struct.Struct(searcher.LENGTH)
_SHOWN = 80  # characters of an expression in a sentence


@dataclass(frozen=True, slots=True)
class Form:
    """A form of a page: its id, name and action, and the fields as they are filled."""

    names: tuple[str, ...]
    fields: tuple[tuple[str, str], ...]
    has_password: bool


@dataclass(frozen=True, slots=True)
class Page:
    """What a page holds; `watched` are the lines that are held against earlier ones."""

    lines: tuple[str, ...]
    watched: tuple[str, ...]
    sketch: str
    forms: tuple[Form, ...]
    meta: Mapping[str, str]
    dates: tuple[str, ...]  # of datetime="…"


class Matcher:
    """One worker process, started when it is needed. An engine of the kit."""

    def __init__(self, kit: Kit) -> None:
        self._log = kit.log
        self._worker: Process | None = None
        self._turn = asyncio.Lock()

    async def unmet(self, pattern: str, text: str) -> Failure | None:
        """Return the failure if the pattern is nowhere in the text, or takes too long."""
        try:
            found = await self.all(pattern, text, 1)
        except Trouble as refusal:
            return refusal.failure
        if found:
            return None
        return Failure(FailureKind.PROTOCOL, f"the page does not match {_shown(pattern)}")

    async def all(self, pattern: str, text: str, most: int) -> list[str]:
        """Return the first matches, or their first groups; Trouble if it takes too long."""
        told = await self._asked(["search", pattern, text, most], f"the pattern {_shown(pattern)}")
        return [str(one) for one in told] if isinstance(told, list) else []

    async def page(self, html: str, watch: Sequence[str], ignore: Sequence[str]) -> Page:
        """Read a page; Trouble if it is written so that this takes too long."""
        told = await self._asked(["page", html, list(watch), list(ignore)], "reading the marks")
        if not isinstance(told, dict):
            said = printable(str(told), _SHOWN)
            raise trouble(FailureKind.PROTOCOL, f"the page cannot be read: {said}")
        return Page(
            tuple(told["lines"]),
            tuple(told["watched"]),
            told["sketch"],
            tuple(
                Form(
                    tuple(form["names"]),
                    tuple((name, value) for name, value in form["fields"]),
                    form["password"],
                )
                for form in told["forms"]
            ),
            told["meta"],
            tuple(told["dates"]),
        )

    async def _asked(self, asked: list[object], what: str) -> object:
        async with self._turn:
            try:
                async with asyncio.timeout(PATIENCE):
                    return await self._answer(asked)
            except TimeoutError as error:
                await self._end()
                said = f"{what} takes too long on this page"
                raise trouble(FailureKind.LOCAL, said) from error
            except (OSError, asyncio.IncompleteReadError) as error:
                await self._end()
                said = f"no process for the pattern: {error}"
                raise trouble(FailureKind.LOCAL, said) from error
            except BaseException:
                await self._end()
                raise

    async def _answer(self, asked: list[object]) -> object:
        worker = self._worker
        if worker is None or worker.returncode is not None:
            # -I: no site packages of the user, nothing from the folder we stand in.
            worker = self._worker = await asyncio.create_subprocess_exec(
                sys.executable, "-I", searcher.__file__, stdin=PIPE, stdout=PIPE, stderr=DEVNULL
            )
        told = json.dumps(asked).encode()
        if worker.stdin is None or worker.stdout is None:
            raise OSError("the process has no pipes")
        worker.stdin.write(_LENGTH.pack(len(told)) + told)
        await worker.stdin.drain()
        size = _LENGTH.unpack(await worker.stdout.readexactly(_LENGTH.size))[0]
        return json.loads(await worker.stdout.readexactly(size))

    async def _end(self) -> None:
        worker, self._worker = self._worker, None
        if worker is not None and worker.returncode is None:
            worker.kill()
            await worker.wait()

    async def aclose(self) -> None:
        """End the process."""
        await self._end()


def matcher_of(kit: Kit) -> Matcher:
    """Return the kit's engine."""
    engine = kit.engine("matcher", Matcher)
    if not isinstance(engine, Matcher):
        raise TypeError("another engine bears the name matcher")
    return engine


def _shown(pattern: str) -> str:
    return pattern if len(pattern) <= _SHOWN else pattern[: _SHOWN - 1] + "…"
