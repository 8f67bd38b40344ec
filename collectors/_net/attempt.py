"""One look from its beginning to its end: its deadline, its troubles as data, what it has told."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from collectors._net.identity import OWN, Labels, identity
from collectors._net.trouble import Trouble, failure_of, out_of_time, trouble
from core.collector import Emit, Kit, Transcript
from core.labels import Series
from core.reading import Failure, FailureKind, Reading, Sample
from core.text import Text
from core.watching import Check

SUCCESS = "probe_success"
DURATION = "probe_duration_seconds"
EMITS = (
    Emit(SUCCESS, Text("1 nếu mọi thứ đúng như mong muốn", "1 if all is as wanted"), labels=(OWN,)),
    Emit(DURATION, Text("Cả lần thử mất bao lâu", "The whole try"), labels=(OWN,)),
)
_SAID = 5  # findings in one sentence


@dataclass(slots=True)
class Attempt:
    """What a look works with, and what it has brought so far; that is kept where it fails."""

    check: Check
    kit: Kit
    transcript: Transcript
    labels: Labels
    samples: list[Sample] = field(default_factory=list)

    def tell(self, metric: str, value: float | None, /, **labels: str) -> None:
        """Add a sample; None is absent. A label may be called anything, `name` too."""
        if value is not None:
            self.samples.append((Series.of(metric, self.labels, **labels), float(value)))

    def secret(self) -> str | None:
        """Return the check's secret, None if it names none; Trouble if that is not set."""
        name = self.check.secret
        return self.revealed(name) if name else None

    def revealed(self, name: str) -> str:
        """Return a named secret; Trouble if it is not set."""
        found = self.kit.secrets.reveal(name)
        if found is None:
            raise trouble(FailureKind.LOCAL, f"no secret {name} is set")
        return found

    def login(self, user: str | None) -> tuple[str, str] | None:
        """Return user and password of the check's secret; None without one, Trouble if unfit."""
        secret = self.secret()
        if secret is None:
            return None
        if user is not None:
            return user, secret.strip("\r\n")
        name, colon, password = secret.strip("\r\n").partition(":")
        if not colon:
            what = "the secret is no user:password, and the parameter user names nobody"
            raise trouble(FailureKind.LOCAL, what)
        return name, password


Visit = Callable[[Attempt], Awaitable[None]]


async def attempted(
    check: Check, kit: Kit, transcript: Transcript, visit: Visit, *, farewell: float = 0.0
) -> Reading:
    """Return the reading of one visit; `farewell` seconds of the deadline are kept for its end."""
    at, begun = kit.clock.now(), kit.clock.monotonic()
    attempt = Attempt(check, kit, transcript, identity(check))
    failure: Failure | None = None
    try:
        async with asyncio.timeout(max(check.timeout / 2, check.timeout - farewell)):
            await visit(attempt)
    except TimeoutError as error:
        failure = failure_of(error) if error.errno is not None else out_of_time(check.timeout)
    except Trouble as found:
        failure = found.failure
    except OSError as error:
        failure = failure_of(error)
    if failure is not None:
        transcript.note("%s: %s", failure.kind.value, failure.detail)
    elapsed = kit.clock.monotonic() - begun
    attempt.tell(SUCCESS, float(failure is None))
    attempt.tell(DURATION, elapsed)
    return Reading(check.slug, check.vantage, at, attempt.samples, failure, elapsed)


def unwanted(findings: list[str]) -> None:
    """Raise the Trouble of what is not as it should be; nothing where all is well."""
    if findings:
        more = len(findings) - _SAID
        said = "; ".join(findings[:_SAID]) + (f"; and {more} more" if more > 0 else "")
        raise trouble(FailureKind.PROTOCOL, said)
