"""A real browser, one for all tests of a worker that look through it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from playwright.async_api import Browser, BrowserContext, Page, async_playwright, expect

CHROMIUM = Path("/usr/bin/chromium")
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
needs_chromium = pytest.mark.skipif(
    not CHROMIUM.exists(), reason="no Chromium at /usr/bin/chromium"
)
# The browser belongs to the event loop that started it, so these tests share that as well.
in_the_browser = [
    pytest.mark.browser,
    needs_chromium,
    pytest.mark.asyncio(loop_scope="session"),
    pytest.mark.usefixtures("browser"),
]
_open: list[Browser] = []
_pictures: list[bool] = [False]
expect.set_options(timeout=30_000)  # ms: a busy machine, not the page, needs them


@asynccontextmanager
async def the_browser(*, pictures: bool) -> AsyncIterator[Browser]:
    """Start the browser that `a_screen` opens its windows in."""
    _pictures[0] = pictures
    async with async_playwright() as play:
        browser = await play.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))
        _open.append(browser)
        yield browser
        _open.remove(browser)
        await browser.close()


@asynccontextmanager
async def a_screen(width: int, height: int) -> AsyncIterator[BrowserContext]:
    """Yield a screen of somebody new: no cookie, no cache, no page of any test before."""
    screen = await _open[0].new_context(viewport={"width": width, "height": height})
    try:
        yield screen
    finally:
        await screen.close()


async def picture(page: Page, file: Path) -> None:
    """Keep a picture for people to look at; no test reads it, so only at full length."""
    if _pictures[0]:
        await page.screenshot(path=file, full_page=True)
