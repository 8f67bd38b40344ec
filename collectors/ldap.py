"""Does the directory let us in, find what it should, and is a domain controller in step?"""

import asyncio
import functools
from dataclasses import dataclass, field

from collectors._ldap.params import Params
from collectors._ldap.root import ATTRIBUTES, Root, root
from collectors._ldap.session import Session
from collectors._mail.login import Login, Refused, let_in
from collectors._net.identity import OWN, identity
from collectors._net.trouble import Trouble, failure_of, out_of_time, printable, trouble
from collectors._tls import metrics as tls
from collectors._tls.door import Entry, Passage, entered
from core.collector import Collector, Emit, Kit, Transcript
from core.labels import Series
from core.reading import Failure, FailureKind, Reading, Sample
from core.text import Text
from core.watching import Check

SUCCESS = "probe_success"
DURATION = "probe_duration_seconds"
PHASES = "probe_ldap_duration_seconds"
ENTRIES = "probe_ldap_entries"
SERVER = "probe_ldap_server_info"
OFFSET = "probe_ldap_clock_offset_seconds"
STATUS = "probe_ldap_status"

_WELL, _FAILED = 0.0, 2.0  # as of the parts of a device
_BAD_LOGIN = 49  # invalidCredentials
_LABEL = 100  # characters of a label that a stranger wrote
_AFTER_TLS = 2  # the first message's number is spent on StartTLS


@dataclass(slots=True)
class _Course:
    """What was found, None where it did not come to that."""

    passage: Passage = field(default_factory=Passage)
    root: Root | None = None
    offset: float | None = None
    entries: int | None = None
    failure: Failure | None = None


async def look(check: Check, kit: Kit, transcript: Transcript) -> Reading:
    """Bind, read the root entry, search, and leave."""
    params = Params.model_validate(dict(check.params))
    at, begun = kit.clock.now(), kit.clock.monotonic()
    course = _Course()
    try:
        async with asyncio.timeout(check.timeout):
            await _talk(check, params, kit, transcript, course)
        _judge(params, course)
    except TimeoutError:
        course.failure = out_of_time(check.timeout)
    except Trouble as refusal:
        course.failure = refusal.failure
    except OSError as error:
        course.failure = failure_of(error)
    if course.failure is not None:
        transcript.note("%s: %s", course.failure.kind.value, course.failure.detail)
    elapsed = kit.clock.monotonic() - begun
    samples = _samples(check, params, course, elapsed)
    return Reading(check.slug, check.vantage, at, samples, course.failure, elapsed)


async def _talk(
    check: Check, params: Params, kit: Kit, transcript: Transcript, course: _Course
) -> None:
    loop, phases = asyncio.get_running_loop(), course.passage.phases
    login = _login(check, params, kit)
    entry = Entry(
        check.address,
        params.at_port,
        params.security,
        "ldap",
        params.terms,
        params.server_name,
        check.timeout,
    )
    async with entered(entry, kit, transcript, course.passage) as streams:
        first = _AFTER_TLS if params.security == "starttls" else 1
        session = Session(streams, transcript, first=first)
        if login.user:
            server = f"ldap {entry.host}:{entry.port}"
            phases["bind"] = await let_in(kit, server, login, functools.partial(_bind, session))
        else:
            begun = loop.time()
            await _bind(session, login)
            phases["bind"] = loop.time() - begun
        begun = loop.time()
        seconds = check.timeout
        found = await session.search(
            "", "base", ("objectClass", "*"), ATTRIBUTES, limit=1, seconds=seconds
        )
        course.root = root(found[0]) if found else Root()
        if course.root.time is not None:
            course.offset = (course.root.time - kit.clock.now()).total_seconds()
        if params.base is not None:
            limit = max(params.min_entries, 1)
            found = await session.search(
                params.base, params.scope, params.wanted, ("1.1",), limit=limit, seconds=seconds
            )
            course.entries = len(found)
        phases["search"] = loop.time() - begun
        await session.leave()


def _login(check: Check, params: Params, kit: Kit) -> Login:
    """Return who binds; without a user and a secret nobody does: anonymous."""
    if check.secret is None:
        if params.user is not None:
            raise trouble(FailureKind.LOCAL, "a user without a password: name its secret")
        return Login("", "")
    secret = kit.secrets.reveal(check.secret)
    if secret is None:
        raise trouble(FailureKind.LOCAL, f"no secret {check.secret} is set")
    first = secret.strip().partition("\n")[0].strip()
    if params.user is not None:
        login = Login(params.user, first)
    else:
        user, _, password = first.partition(":")
        login = Login(user, password)
    if not login.password:  # a bind without a password succeeds whoever asks (RFC 4513 §5.1.2)
        raise trouble(FailureKind.LOCAL, f"the secret {check.secret} holds no password")
    return login


async def _bind(session: Session, login: Login) -> None:
    ended = await session.bind(login.user, login.password)
    if ended.code == _BAD_LOGIN:
        raise Refused(printable(f"{ended.name} {ended.said}".strip(), 120))
    if ended.code:
        said = printable(f"{ended.name} {ended.said}".strip(), 120)
        raise trouble(FailureKind.PROTOCOL, f"the bind fails: {said}")


def _judge(params: Params, course: _Course) -> None:
    """Raise what is wrong with what was found."""
    if course.entries is not None and course.entries < params.min_entries:
        what = f"{course.entries} entries are found, not {params.min_entries}"
        raise trouble(FailureKind.PROTOCOL, f"{what}: {params.filter} below {params.base}")
    found = course.root
    if found is not None and found.synchronised is False:
        what = "the domain controller is not in step with the others (isSynchronized)"
        raise trouble(FailureKind.PROTOCOL, what)
    offset, limit = course.offset, params.max_offset
    if limit is not None and offset is not None and abs(offset) > limit:
        side = "ahead of" if offset > 0 else "behind"
        raise trouble(
            FailureKind.PROTOCOL, f"its clock is {abs(offset):.0f} s {side} this machine's"
        )


def _samples(check: Check, params: Params, course: _Course, elapsed: float) -> list[Sample]:
    labels, found = identity(check), course.root
    values: dict[str, float | None] = {
        SUCCESS: float(course.failure is None),
        DURATION: elapsed,
        ENTRIES: None if course.entries is None else float(course.entries),
        OFFSET: course.offset,
    }
    samples = [
        (Series.of(name, labels), value) for name, value in values.items() if value is not None
    ]
    samples += [
        (Series.of(PHASES, labels, phase=phase), took)
        for phase, took in course.passage.phases.items()
    ]
    if found is not None:
        told = {
            "context": found.context,
            "host": found.host,
            "vendor": found.vendor,
            "level": found.level,
        }
        shown = {key: printable(value, _LABEL) for key, value in told.items()}
        samples.append((Series.of(SERVER, labels, **shown), 1.0))
        aspects = {"synchronised": found.synchronised, "catalogue": found.catalogue_ready}
        samples += [
            (Series.of(STATUS, labels, aspect=aspect), _WELL if well else _FAILED)
            for aspect, well in aspects.items()
            if well is not None
        ]
    return samples + course.passage.samples(labels, params.min_days)


_emit = functools.partial(Emit, labels=(OWN,))

COLLECTOR = Collector(
    name="ldap",
    help=Text(
        vi="Danh bạ (LDAP, Active Directory) có cho vào, có tìm thấy, và có đồng bộ không?",
        en="Does the directory let us in, find what it should, and is it in step?",
    ),
    params=Params,
    emits=(
        _emit(SUCCESS, Text("1 nếu danh bạ đúng như mong muốn", "1 if the directory is as wanted")),
        _emit(DURATION, Text("Cả lần thử mất bao lâu", "The whole try")),
        _emit(
            PHASES,
            Text(
                "Thời gian từng bước: resolve, connect, starttls, tls, bind, search",
                "Time by phase: resolve, connect, starttls, tls, bind, search",
            ),
            labels=(OWN, "phase"),
        ),
        _emit(ENTRIES, Text("Số mục tìm thấy, đếm đến số cần", "Entries found, as many as needed")),
        _emit(
            SERVER,
            Text("Máy chủ tự nói nó là gì, luôn bằng 1", "What the server says it is, always 1"),
            labels=(OWN, "context", "host", "vendor", "level"),
        ),
        _emit(
            OFFSET,
            Text(
                "Đồng hồ máy chủ miền nhanh hơn máy này bao nhiêu (đến 1 giây)",
                "A domain controller's clock minus this machine's (to 1 s)",
            ),
        ),
        _emit(
            STATUS,
            Text(
                "Máy chủ miền: 0 tốt, 2 hỏng (synchronised: đồng bộ, catalogue: danh mục toàn cục)",
                "A domain controller: 0 well, 2 failed (synchronised, global catalogue)",
            ),
            labels=(OWN, "aspect"),
        ),
        *tls.emits(),
    ),
    look=look,
    interval=60.0,
    timeout=10.0,
)
