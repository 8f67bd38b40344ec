"""What does reading a page of metrics cost, beside Prometheus' own client library?

`python -m benchmarks.scrape [--turns 50]` starts Debian's node_exporter on a free port, fetches its
page once, and reads it again and again. Prints one JSON line: milliseconds of processor a page.
"""

import argparse
import json
import subprocess
import time
import urllib.request
from collections.abc import Callable

from prometheus_client.parser import text_string_to_metric_families

from collectors._scrape.hosts import found_in
from collectors._scrape.params import ALLOWED
from collectors._scrape.text import Page, Rules
from collectors.prometheus import allowance
from tests.ports import free_port

_BASE = (("instance", "a"), ("job", "thongsuot"), ("vantage", "center"))


def fetched() -> str:
    """Return a page of a real node_exporter."""
    port = free_port()
    command = ["prometheus-node-exporter", f"--web.listen-address=127.0.0.1:{port}"]
    exporter = subprocess.Popen(command, stderr=subprocess.DEVNULL)
    try:
        for _ in range(100):
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics") as answer:
                    page: str = answer.read().decode()
                    return page
            except OSError:
                time.sleep(0.05)
        raise SystemExit("node_exporter does not answer")
    finally:
        exporter.terminate()
        exporter.wait()


def cost(work: Callable[[], object], turns: int) -> float:
    """Return the milliseconds of processor of one turn."""
    begun = time.process_time()
    for _ in range(turns):
        work()
    return round((time.process_time() - begun) / turns * 1000, 3)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--turns", type=int, default=50)
    turns: int = parser.parse_args().turns
    text = fetched()
    page = Page(Rules(_BASE, lambda _: True, 100_000, 4000))
    allowed = Page(Rules(_BASE, allowance(ALLOWED, ()), 100_000, 4000))
    first = cost(lambda: page.read(text), 1)
    values, _, lines = allowed.read(text)

    def theirs() -> None:
        for family in text_string_to_metric_families(text):
            list(family.samples)

    told = {
        "lines": lines,
        "kept": len(values),
        "first_ms": first,
        "again_ms": cost(lambda: page.read(text), turns),
        "again_allowed_ms": cost(lambda: allowed.read(text), turns),
        "judged_ms": cost(lambda: found_in(values), turns),
        "prometheus_client_ms": cost(theirs, max(1, turns // 5)),
    }
    print(json.dumps(told))


if __name__ == "__main__":
    main()
