"""The same polls by gufo_snmp's get_many, for comparison: same options, same JSON line."""

import asyncio
from argparse import Namespace
from collections.abc import Iterator
from typing import Any

from gufo.snmp import SnmpVersion
from gufo.snmp.aio import SnmpSession

from benchmarks.snmp import OIDS, Meter, Result, address, line, parser

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


async def _serve(devices: Iterator[int], o: Namespace, r: Result) -> None:
    for k in devices:
        try:
            async with SnmpSession(
                addr=address(k),
                port=o.p,
                community="public",
                version=SnmpVersion.v2c,
                timeout=o.t,
            ) as session:
                varbinds = await _poll(session, o.R)
            r.varbinds += varbinds
            r.ok += 1
        except BaseException as error:  # its Rust part panics with a BaseException
            if isinstance(error, KeyboardInterrupt | asyncio.CancelledError):
                raise
            r.failed += 1


async def _sweep(o: Namespace) -> Result:
    result = Result()
    for _ in range(o.r):
        devices = iter(range(o.n))
        await asyncio.gather(*(_serve(devices, o, result) for _ in range(min(o.c, o.n))))
    return result


def main() -> None:
    """Run it."""
    o = parser().parse_args()
    meter = Meter()
    result = asyncio.run(_sweep(o))
    print(line(result, o, meter.cost()))


if __name__ == "__main__":
    main()
