"""Short codes that people send back: drawn at random, and in no other message of ours."""

import secrets

from sqlalchemy import func, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.tables import answer_codes, proofs

_DIGITS = (4, 5, 6)  # one more once half of the shorter ones are in use
_DRAWS = 50


async def draw_code(connection: AsyncConnection) -> str:
    """Return a code that nobody has. Longer ones begin with no zero: those may be left out."""
    column = answer_codes.c.code
    used = await connection.scalar(select(func.count(func.distinct(column)))) or 0
    digits = next((n for n in _DIGITS if used < 10**n // 2), _DIGITS[-1])
    least = 0 if digits == _DIGITS[0] else 10 ** (digits - 1)
    for _ in range(_DRAWS):
        code = f"{least + secrets.randbelow(10**digits - least):0{digits}}"
        proof = select(proofs.c.id).where(proofs.c.code == code, proofs.c.proven_at.is_(None))
        taken = select(column).where(column == code)
        if not await connection.scalar(select(or_(taken.exists(), proof.exists()))):
            return code
    raise RuntimeError("there is no free code left")
