"""The same polls by gufo_snmp's get_many, for comparison: same options, same JSON line."""

import asyncio
import time
from collections.abc import Iterator
from typing import Any

from gufo.snmp import SnmpVersion
from gufo.snmp.aio import SnmpSession

from benchmarks.snmp import OIDS, Result, address, line, parser, used

GROUP = 50


async def _poll(session: Any, retries: int) -> int:
    varbinds = 0
    for at in range(0, len(OIDS), GROUP):
        for turn in range(retries + 1):
            try:
                varbinds += len(await session.get_many(OIDS[at : at + GROUP]))
                break
            except TimeoutError:
                if turn == retries:
                    raise
    return varbinds


async def _serve(
    devices: Iterator[int], port: int, timeout: float, retries: int, r: Result
) -> None:
    for k in devices:
        try:
            async with SnmpSession(
                addr=address(k),
                port=port,
                community="public",
                version=SnmpVersion.v2c,
                timeout=timeout,
            ) as session:
                varbinds = await _poll(session, retries)
            r.varbinds += varbinds
            r.ok += 1
        except BaseException as error:  # its Rust part panics with a BaseException
            if isinstance(error, KeyboardInterrupt | asyncio.CancelledError):
                raise
            r.failed += 1


async def _sweep(
    n: int, flights: int, rounds: int, port: int, timeout: float, retries: int
) -> Result:
    result = Result()
    for _ in range(rounds):
        devices = iter(range(n))
        workers = min(flights, n)
        await asyncio.gather(
            *(_serve(devices, port, timeout, retries, result) for _ in range(workers))
        )
    return result


def main() -> None:
    """Run it."""
    o = parser().parse_args()
    cpu, kernel = used()
    begun = time.perf_counter()
    result = asyncio.run(_sweep(o.n, o.c, o.r, o.p, o.t, o.R))
    wall = time.perf_counter() - begun
    cpu_after, kernel_after = used()
    print(line(result, o.n * o.r, wall, cpu_after - cpu, kernel_after - kernel, o.n))


if __name__ == "__main__":
    main()
