"""The program of the matcher's process: pairs of pattern and text in, `1` or `0` out.

It is run as a file, alone, so it imports nothing of the house.
"""

import json
import re
import struct
import sys

LENGTH = "!I"  # of the JSON that follows


def work() -> None:
    """Answer every pair on standard input, until its end."""
    length = struct.Struct(LENGTH)
    asked, answers = sys.stdin.buffer, sys.stdout.buffer
    while len(head := asked.read(length.size)) == length.size:
        pattern, text = json.loads(asked.read(length.unpack(head)[0]))
        answers.write(b"1" if re.search(pattern, text) else b"0")
        answers.flush()


if __name__ == "__main__":
    work()
