"""The engine of the settings, for a command that asks it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from runtime.sections.keeping import Series
from runtime.series import reading_side
from storage.ledger import Ledger
from storage.series import SeriesReader


def with_secrets(wanted: Series) -> bool:
    """Say whether asking the engine needs the key file."""
    return any(value.startswith("secret:") for value in wanted.headers.values())


@asynccontextmanager
async def engine(ledger: Ledger, wanted: Series) -> AsyncIterator[SeriesReader | None]:
    """Yield what asks the engine; None where no series are kept."""
    if not wanted.enabled:
        yield None
        return
    keyring = await ledger.secrets.keyring() if with_secrets(wanted) else None
    reader = reading_side(wanted, keyring.reveal if keyring is not None else lambda _: None)
    try:
        yield reader
    finally:
        await reader.aclose()
