"""The bounded pool in which command lines are held: few at a time, and one per device."""

import asyncio
import time
from collections import defaultdict
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

from collectors._cli.login import Login
from collectors._cli.platform import Platform
from collectors._cli.session import Leash, converse
from collectors._net.names import places
from collectors._net.stream import connect
from collectors._net.trouble import Trouble, trouble
from collectors._vc.manners import Manners, manners_of
from core.collector import Kit, Transcript
from core.reading import FailureKind
from core.watching import Check

AT_ONCE = 8  # sessions, all devices together: each is a thread and some MB
_NAME = "command lines"
_FAREWELL = 1.0  # seconds before the deadline, for leaving


class Desk:
    """The threads, who is being asked, and the host keys that were seen. An engine of the kit."""

    def __init__(self) -> None:
        self.room = asyncio.Semaphore(AT_ONCE)
        self.of_device: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        self.host_keys: dict[str, str] = {}  # by address and port, since we began
        self._pool = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="command-line")
        self._open: set[Leash] = set()

    async def hold(
        self,
        leash: Leash,
        platform: Platform,
        login: Login,
        wanted: str | None,
        commands: Sequence[tuple[str, bool]],
    ) -> list[str | None]:
        """Hold one session in a thread; whoever is cancelled cuts it."""
        loop = asyncio.get_running_loop()
        self._open.add(leash)
        try:
            return await loop.run_in_executor(
                self._pool, converse, platform, login, leash, wanted, commands
            )
        finally:
            leash.cut()
            self._open.discard(leash)

    async def aclose(self) -> None:
        """Cut every session and wait for the threads."""
        for leash in tuple(self._open):
            leash.cut()
        await asyncio.to_thread(self._pool.shutdown, wait=True, cancel_futures=True)


def desk_of(kit: Kit) -> Desk:
    """Return the kit's engine."""
    engine = kit.engine(_NAME, lambda _: Desk())
    if not isinstance(engine, Desk):
        raise TypeError(f"the kit's engine {_NAME!r} is something else")
    return engine


def login_of(check: Check, kit: Kit) -> Login:
    """Return the login of a check; Trouble if none is set, or it cannot be read."""
    if check.secret is None:
        raise trouble(FailureKind.LOCAL, "no secret with a login is set for the command line")
    secret = kit.secrets.reveal(check.secret)
    if secret is None:
        raise trouble(FailureKind.LOCAL, f"no secret {check.secret} is set")
    return Login.of(secret)


async def asked(
    check: Check,
    kit: Kit,
    transcript: Transcript,
    *,
    platform: Platform,
    port: int,
    commands: Sequence[tuple[str, bool]],
) -> list[str | None]:
    """Return what each command printed, in one session; Trouble or TimeoutError.

    A login that was refused is not tried again for a while; a host key that differs from the one
    seen before, or from the secret's, ends the session before the password is shown.
    """
    desk, manners, login = desk_of(kit), manners_of(kit), login_of(check, kit)
    place = f"ssh://{check.address}:{port}"
    key = login.key
    resting = manners.rest(place, key)
    if resting is not None:
        raise Trouble(resting)
    busy = True
    try:
        async with (
            asyncio.timeout(max(check.timeout / 2, check.timeout - _FAREWELL)) as deadline,
            desk.of_device[place],
            desk.room,
        ):
            busy = False
            left = (deadline.when() or 0.0) - asyncio.get_running_loop().time()
            found = await places(check.address)
            sock, _ = await connect(kit.sockets, found, port, left, transcript)
            left = (deadline.when() or 0.0) - asyncio.get_running_loop().time()
            leash = Leash(sock, time.monotonic() + left, transcript.note)
            wanted = login.host_key or desk.host_keys.get(place)
            try:
                answers = await desk.hold(leash, platform, login, wanted, commands)
            except Trouble as refusal:
                raise _judged(refusal, manners, place, key) from refusal
            desk.host_keys.setdefault(place, leash.host_key)
            manners.welcome(place, key)
            return answers
    except TimeoutError:
        if busy:
            raise trouble(
                FailureKind.LOCAL, f"all {AT_ONCE} command lines were busy with other devices"
            ) from None
        raise


def _judged(refusal: Trouble, manners: Manners, place: str, key: str) -> Trouble:
    if refusal.failure.detail == "the device refuses our login":
        return Trouble(manners.refused(place, key, refusal.failure.detail))
    return refusal
