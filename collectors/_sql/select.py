"""Is a query one SELECT and nothing else?

The server is the judge of what may be written: queries run inside `SELECT * FROM (…)` in a
read-only transaction, by a login that should have no right but to read. This is the earlier, more
helpful no.
"""

import re

LONGEST = 4000  # characters
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,62}")
_FIRST = re.compile(r"\s*(select|with)\b", re.IGNORECASE)
# Text in quotes, of either kind, whose doubled quotes stand for one; backslashes are no escape
# in PostgreSQL and one in MySQL, so none is let in.
_QUOTED = re.compile(r"'(?:[^'\\]|'')*'|\"(?:[^\"\\]|\"\")*\"|`[^`\\]*`")
# SQL Server has names in brackets too, in which a quote begins nothing.
_BRACKETED = re.compile(r"\[(?:[^\]]|\]\])*\]|" + _QUOTED.pattern)
_WORDS = re.compile(
    r"\b(into|insert|update|delete|merge|drop|alter|create|grant|revoke|lock|copy|load_file|"
    r"pg_sleep|sleep|benchmark|waitfor|for\s+share|exec|execute|"
    r"openrowset|openquery|opendatasource|dblink\w*|pg_(?:terminate|cancel|reload|rotate|read)\w*|"
    r"get_lock|xp_\w+|utl_\w+|dbms_(?!lob\b)\w+|httpuritype)\b",
    re.IGNORECASE,
)


def fault(name: str, text: str) -> str | None:
    """Return what is wrong with a named query, None if it may be put."""
    if not _NAME.fullmatch(name):
        return "a name has letters, digits and _ alone, and begins with no digit"
    if len(text) > LONGEST:
        return f"it is longer than {LONGEST} characters"
    if not _FIRST.match(text):
        return "it is no SELECT"
    return _fault(_QUOTED.sub("''", bared(text))) or _fault(_BRACKETED.sub("''", bared(text)))


def _fault(bare: str) -> str | None:
    """Return what is wrong with a query whose quoted texts have been taken out."""
    for token, what in ((";", "a second statement"), ("--", "a comment"), ("/*", "a comment")):
        if token in bare:
            return f"{what} ({token}) is not let in"
    if any(mark in bare.replace("''", "") for mark in "'\"`\\#$"):
        return "a quote is not closed, or there is a mark (\\ # $) that is not let in"
    found = _WORDS.search(bare)
    return f"the word {found[0]} is not let in: a query only reads" if found else None


def bared(text: str) -> str:
    """Return a query without the semicolon that may end it."""
    return text.strip().removesuffix(";").rstrip()
