"""Why a cancelled caller must not break a transaction, and how it is kept whole."""

import asyncio
import functools
import inspect
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

_C = TypeVar("_C", bound=type)


def unbroken(book: _C) -> _C:
    """Let the public coroutine methods of a class run to their end, cancelled callers or not.

    A task that is cancelled between two statements leaves its connection to the garbage
    collector, with a cursor still open: SQLite keeps the write lock meanwhile, and everybody
    waits. A web page whose reader goes away is enough. So the caller waits for the end of the
    transaction (milliseconds), and is cancelled then.
    """
    for name, method in vars(book).items():
        if inspect.iscoroutinefunction(method) and not name.startswith("_"):
            setattr(book, name, _to_its_end(method))
    return book


def _to_its_end(
    method: Callable[..., Coroutine[Any, Any, Any]],
) -> Callable[..., Coroutine[Any, Any, Any]]:
    @functools.wraps(method)
    async def call(*args: Any, **kwargs: Any) -> Any:
        task = asyncio.ensure_future(method(*args, **kwargs))
        try:
            return await asyncio.shield(task)
        except asyncio.CancelledError:
            while not task.done():
                try:
                    await asyncio.wait([task])
                except asyncio.CancelledError:  # again: patience
                    continue
            if not task.cancelled():
                task.exception()  # looked at, so that asyncio does not complain of it
            raise

    return call
