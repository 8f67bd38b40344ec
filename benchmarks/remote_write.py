"""How fast do samples become remote-write requests, and reach a real engine?

`python -m benchmarks.remote_write [-n SERIES] [-r ROUNDS] [--engine]` prints one JSON line:
`encode_samples_per_s` (labels cached), `first_samples_per_s` (labels written for the first
time), `protobuf_samples_per_s` and `ratio` (the same requests by the protobuf library, where it
is installed), `bytes_per_sample` (after snappy), `spool_samples_per_s` and
`spool_bytes_per_sample` (appended durably), and with `--engine` `engine_samples_per_s`: from the
spool into a VictoriaMetrics child, until the last is acknowledged.
"""

import argparse
import asyncio
import gc
import json
import statistics
import tempfile
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from time import perf_counter

from core.clock import SystemClock
from core.labels import Series
from core.reading import Sample
from storage.columns import to_micros
from storage.engine import Engine, EngineOptions
from storage.remote_write import Batch, Encoder, snappy
from storage.sender import Sender
from storage.spool import Spool

PER_DEVICE = 192  # samples of one poll of a device with 24 interfaces


def the_series(count: int) -> list[Series]:
    """Return series as a province has them: six labels each."""
    return [
        Series.of(
            f"metric_{n % 8}",
            (("instance", f"gw-{n // PER_DEVICE:05}"), ("job", "thongsuot"), ("site", f"s-{n}")),
            ifName=f"GigabitEthernet0/{n % 24}",
            ifIndex=str(n % 24),
        )
        for n in range(count)
    ]


def a_round(series: list[Series], at: datetime, number: int) -> Batch:
    """Return one poll of every series, device by device."""
    batch: list[tuple[datetime, list[Sample]]] = []
    for start in range(0, len(series), PER_DEVICE):
        when = at + timedelta(milliseconds=number * 30_000 + start % 997)
        rows = series[start : start + PER_DEVICE]
        batch.append((when, [(one, float(number * 1000 + n + 1)) for n, one in enumerate(rows)]))
    return batch


def timed(work: Callable[[], object]) -> float:
    """Return the seconds that a call takes."""
    gc.collect()
    begun = perf_counter()
    work()
    return perf_counter() - begun


def by_protobuf(batches: list[Batch]) -> Callable[[Batch], bytes] | None:
    """Return the same encoding by the protobuf library, None where it is not installed."""
    try:
        from google.protobuf import (  # type: ignore[import-untyped,unused-ignore]  # noqa: PLC0415
            descriptor_pb2,
            descriptor_pool,
            message_factory,
        )
    except ImportError:
        return None
    field = descriptor_pb2.FieldDescriptorProto
    file = descriptor_pb2.FileDescriptorProto(name="prompb.proto", package="p", syntax="proto3")
    for name, fields in {
        "Label": (("name", field.TYPE_STRING, None), ("value", field.TYPE_STRING, None)),
        "Sample": (("value", field.TYPE_DOUBLE, None), ("timestamp", field.TYPE_INT64, None)),
        "TimeSeries": (("labels", None, ".p.Label"), ("samples", None, ".p.Sample")),
        "WriteRequest": (("timeseries", None, ".p.TimeSeries"),),
    }.items():
        message = file.message_type.add(name=name)
        for number, (key, kind, kin) in enumerate(fields, 1):
            message.field.add(
                name=key,
                number=number,
                type=field.TYPE_MESSAGE if kin else kind,
                type_name=kin,
                label=field.LABEL_REPEATED if kin else field.LABEL_OPTIONAL,
            )
    pool = descriptor_pool.DescriptorPool()
    pool.Add(file)
    request_class = message_factory.GetMessageClass(pool.FindMessageTypeByName("p.WriteRequest"))
    labels = {
        id(one): sorted((("__name__", one.name), *one.labels))
        for batch in batches
        for _, rows in batch
        for one, _ in rows
    }

    def encode(batch: Batch) -> bytes:
        request = request_class()
        for at, rows in batch:
            stamp = to_micros(at) // 1000
            for one, value in rows:
                series = request.timeseries.add()
                for name, text in labels[id(one)]:
                    series.labels.add(name=name, value=text)
                series.samples.add(value=value, timestamp=stamp)
        encoded: bytes = request.SerializeToString()
        return encoded

    return encode


def encoding(batches: list[Batch], samples: int) -> dict[str, object]:
    """Measure the encoder alone."""
    encoder = Encoder()
    first = timed(lambda: encoder.encode(batches[0]))
    again = statistics.median(timed(lambda b=batch: encoder.encode(b)) for batch in batches)  # type: ignore[misc]
    request, _ = encoder.encode(batches[0])
    found: dict[str, object] = {
        "first_samples_per_s": round(samples / first),
        "encode_samples_per_s": round(samples / again),
        "bytes_per_sample": round(len(snappy(request)) / samples, 1),
    }
    library = by_protobuf(batches)
    if library is not None:
        assert library(batches[0]) == request
        theirs = statistics.median(timed(lambda b=batch: library(b)) for batch in batches)  # type: ignore[misc]
        found["protobuf_samples_per_s"] = round(samples / theirs)
        found["ratio"] = round(theirs / again, 1)
    return found


async def way(batches: list[Batch], samples: int, *, engine: bool) -> dict[str, object]:
    """Measure the spool, and the way from it into an engine."""
    clock = SystemClock()
    total = samples * len(batches)
    with tempfile.TemporaryDirectory(prefix="thongsuot-bench-") as name:
        folder = Path(name)
        spool = Spool(folder / "spool.db", 4 << 30, clock)
        begun = perf_counter()
        for batch in batches:
            await spool.append(batch)
        taken = perf_counter() - begun
        found: dict[str, object] = {
            "spool_samples_per_s": round(total / taken),
            "spool_bytes_per_sample": round((await spool.stats()).kept_bytes / total, 1),
        }
        if engine:
            child = Engine(EngineOptions(folder / "engine", min_free_bytes=1), clock)
            await child.start()
            sender = Sender(spool, child.write_url, {}, clock, metrics_url=child.metrics_url)
            begun = perf_counter()
            task = asyncio.create_task(sender.run())
            while sender.stats.sent_samples < total:  # noqa: ASYNC110
                await asyncio.sleep(0.01)
            found["engine_samples_per_s"] = round(total / (perf_counter() - begun))
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
            await child.stop()
        await spool.aclose()
    return found


def main() -> None:
    """Print one JSON line."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.remote_write")
    parser.add_argument("-n", "--series", type=int, default=15_000)
    parser.add_argument("-r", "--rounds", type=int, default=20)
    parser.add_argument("--engine", action="store_true", help="send into a VictoriaMetrics child")
    asked = parser.parse_args()
    series = the_series(asked.series)
    now = SystemClock().now() - timedelta(seconds=30 * asked.rounds)
    batches = [a_round(series, now, number) for number in range(asked.rounds)]
    found = encoding(batches, asked.series)
    found |= asyncio.run(way(batches, asked.series, engine=asked.engine))
    print(json.dumps({"n": asked.series, "rounds": asked.rounds, **found}))


if __name__ == "__main__":
    main()
