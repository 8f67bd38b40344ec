"""What the reader takes of an engine's answer."""

import asyncio

import pytest

from storage.series import SeriesReader, TooLong

_HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n"
_PART = b" " * 65_536


async def test_an_answer_without_end_is_not_read_to_its_end() -> None:
    sent = 0

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal sent
        await reader.readuntil(b"\r\n\r\n")
        writer.write(_HEAD)
        try:
            while True:
                writer.write(_PART)
                await writer.drain()
                sent += len(_PART)
        except OSError:
            writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    reader = SeriesReader(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}")
    try:
        async with asyncio.timeout(10):
            with pytest.raises(TooLong):
                await reader.forward("/api/v1/query", {"query": "1"}, 1_000_000)
    finally:
        await reader.aclose()
        server.close()
    assert sent < 50_000_000
