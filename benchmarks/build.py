"""Compile the C programs of this folder with gcc, once per change."""

import shutil
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent


def built(name: str, folder: Path) -> Path:
    """Return the program compiled from `<name>.c`, made in `folder` if it is older."""
    source, program = HERE / f"{name}.c", folder / name
    if program.exists() and program.stat().st_mtime >= source.stat().st_mtime:
        return program
    compiler = shutil.which("gcc") or shutil.which("cc")
    if compiler is None:
        sys.exit("benchmarks need a C compiler (package gcc)")
    folder.mkdir(parents=True, exist_ok=True)
    fresh = folder / f"{name}.new"
    subprocess.run([compiler, "-O2", "-o", str(fresh), str(source)], check=True)
    fresh.replace(program)
    return program


def main() -> None:
    """Build the programs named on the command line into the folder named first."""
    if len(sys.argv) < 3:
        sys.exit("usage: python -m benchmarks.build FOLDER responder poller")
    folder = Path(sys.argv[1])
    for name in sys.argv[2:]:
        print(built(name, folder))


if __name__ == "__main__":
    main()
