"""Take the manual's pictures anew from the pages as they are, into docs/images.

Run from the tree: `.venv/bin/python -m tests.manual`. Needs Chromium.
"""

import asyncio
import tempfile
from pathlib import Path

from tests.manual import shots
from tests.project.tree import ROOT


def main() -> None:
    """Write every picture."""
    with tempfile.TemporaryDirectory() as scratch:
        asyncio.run(shots.take(ROOT / "docs/images", Path(scratch)))


if __name__ == "__main__":
    main()
