"""Telephone numbers in one form, so that two writings of one number are equal."""

COUNTRY = "84"  # ITU-T E.164: Viet Nam
_SHORTEST = 9  # digits of a whole number; short codes of carriers have fewer


def international(number: str) -> str:
    """Return the digits of a number with its country in front; "" if it holds none.

    0901234567, 84901234567, 0084901234567 and +84901234567 are one. A number of another
    country keeps its own.
    """
    digits = "".join(c for c in number if c in "0123456789")
    if digits.startswith("00"):
        return digits[2:]
    return COUNTRY + digits[1:] if digits.startswith("0") else digits


def is_whole(number: str) -> bool:
    """Say whether a text is the number of a telephone: no name, and no carrier's short code."""
    bare = number.removeprefix("+")
    return bare.isascii() and bare.isdecimal() and len(bare) >= _SHORTEST
