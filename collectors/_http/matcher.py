"""Regular expressions over what strangers send, in a process that can be ended.

Python's matcher cannot be interrupted and holds up everything else, and a page may be written so
that a harmless expression takes hours.
"""

import asyncio
import json
import struct
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process

from collectors._http import searcher
from core.collector import Kit
from core.reading import Failure, FailureKind

PATIENCE = 2.0  # seconds for one page
_LENGTH = struct.Struct(searcher.LENGTH)
_SHOWN = 80  # characters of an expression in a sentence


class Matcher:
    """One worker process, started when it is needed. An engine of the kit."""

    def __init__(self, kit: Kit) -> None:
        self._log = kit.log
        self._worker: Process | None = None
        self._turn = asyncio.Lock()

    async def unmet(self, pattern: str, text: str) -> Failure | None:
        """Return the failure if the pattern is nowhere in the text, or takes too long."""
        shown = pattern if len(pattern) <= _SHOWN else pattern[: _SHOWN - 1] + "…"
        async with self._turn:
            try:
                async with asyncio.timeout(PATIENCE):
                    found = await self._search(pattern, text)
            except TimeoutError:
                await self._end()
                return Failure(
                    FailureKind.LOCAL, f"the pattern {shown} takes too long on this page"
                )
            except (OSError, asyncio.IncompleteReadError) as error:
                await self._end()
                return Failure(FailureKind.LOCAL, f"no process for the pattern: {error}")
            except BaseException:
                await self._end()
                raise
        return None if found else Failure(FailureKind.PROTOCOL, f"the page does not match {shown}")

    async def _search(self, pattern: str, text: str) -> bool:
        worker = self._worker
        if worker is None or worker.returncode is not None:
            # -I: no site packages of the user, nothing from the folder we stand in.
            worker = self._worker = await asyncio.create_subprocess_exec(
                sys.executable, "-I", searcher.__file__, stdin=PIPE, stdout=PIPE, stderr=DEVNULL
            )
        asked = json.dumps([pattern, text]).encode()
        if worker.stdin is None or worker.stdout is None:
            raise OSError("the process has no pipes")
        worker.stdin.write(_LENGTH.pack(len(asked)) + asked)
        await worker.stdin.drain()
        return await worker.stdout.readexactly(1) == b"1"

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
