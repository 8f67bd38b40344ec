"""A process that has loaded the commands, and becomes one of them whenever it is asked.

`python -m tests.runtime.ready` reads a wish a line and forks: the child runs the command and ends
as a fresh interpreter would, without having imported anything anew. The parent tells how it ended.
"""

import gc
import json
import os
import pkgutil
import sys
from importlib import import_module
from typing import Any

from runtime import cli, registries


def prepare() -> None:
    """Load what the commands load when they run."""
    for module in pkgutil.iter_modules(cli.__path__, f"{cli.__name__}."):
        import_module(module.name)
    registries.collectors()
    gc.collect()
    gc.freeze()  # a child that looked through all this for garbage would copy every page of it


def become(wish: dict[str, Any]) -> None:
    """Run a command with the words, the folder, the environment and the files of a wish."""
    os.chdir(wish["folder"])
    os.environ.clear()
    os.environ.update(wish["environ"])
    nothing = os.open(os.devnull, os.O_RDONLY)
    out, err = (os.open(wish[name], os.O_WRONLY | os.O_CREAT) for name in ("out", "err"))
    for number, opened in enumerate((nothing, out, err)):
        os.dup2(opened, number)
    sys.argv = ["thongsuot", *wish["words"]]
    cli.main()


def serve() -> None:
    """Become what is wished, or tell how it ended, until nobody wishes any more."""
    while line := sys.stdin.readline():
        child = os.fork()
        if child == 0:
            become(json.loads(line))
            return
        _, status = os.waitpid(child, 0)
        sys.stdout.write(f"{os.waitstatus_to_exitcode(status)}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    prepare()
    serve()
