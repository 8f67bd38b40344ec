"""Octets as text: agents say DisplayString and mean anything."""

from collectors._snmp.ber import Value

LONGEST = 255


def text(value: Value) -> str:
    """Return a value as one line of text of at most 255 characters.

    Octets are read as UTF-8, else as Latin-1; control characters become spaces.
    """
    if value is None:
        return ""
    if not isinstance(value, bytes):
        return str(value)
    try:
        decoded = value.decode()
    except UnicodeDecodeError:
        decoded = value.decode("latin-1")
    printable = "".join(char if char.isprintable() else " " for char in decoded)
    return " ".join(printable.split())[:LONGEST]
