"""How old and how large is the newest backup?

The folder is listed by SFTP or HTTP, or the job itself tells the hub how it ended (`job:NAME`);
nothing is read of the backups themselves, so that it tells that one was written, not that it can
be restored.
"""

import functools

from yarl import URL

from collectors._backup import sftp, web
from collectors._backup.files import File, findings
from collectors._backup.params import Params
from collectors._backup.words import of_job, words_of
from collectors._http.asking import authorization
from collectors._net.attempt import EMITS, Attempt, attempted, unwanted
from collectors._net.identity import OWN
from collectors._net.names import places
from collectors._net.stream import connect
from collectors._net.threads import threads_of
from collectors._net.trouble import Trouble, trouble
from collectors._vc.manners import manners_of
from core.collector import Collector, Emit, Kit, Transcript
from core.reading import FailureKind, Reading
from core.text import Text
from core.watching import Check

AGE = "probe_backup_age_seconds"
WRITTEN = "probe_backup_last_timestamp_seconds"
SIZE = "probe_backup_size_bytes"
FILES = "probe_backup_files"
GOOD = "probe_backup_ended_well"
DURATION = "probe_backup_duration_seconds"
_SSH = 22


async def look(check: Check, kit: Kit, transcript: Transcript) -> Reading:
    """List the folder once."""
    params = Params.model_validate(dict(check.params))
    return await attempted(check, kit, transcript, functools.partial(_visit, params=params))


async def _visit(attempt: Attempt, params: Params) -> None:
    if params.job is not None:
        _hear(attempt, params, params.job)
        return
    by_ssh = URL(params.url).scheme == "sftp"
    files = await (_by_sftp if by_ssh else _by_http)(attempt, params)
    files.sort(key=lambda file: (file.written, file.name), reverse=True)
    now = attempt.kit.clock.now().timestamp()
    if by_ssh:  # of a page of links only the newest are known
        attempt.tell(FILES, len(files))
    if files:
        newest = files[0]
        attempt.tell(AGE, max(0.0, now - newest.written))
        attempt.tell(WRITTEN, newest.written)
        attempt.tell(SIZE, newest.size)
        attempt.transcript.note("%s, %d bytes", newest.name, newest.size)
    unwanted(findings(files, params, now))


def _hear(attempt: Attempt, params: Params, name: str) -> None:
    """Tell what a job said last."""
    heard = words_of(attempt.kit).heard
    if heard is None:
        raise trouble(FailureKind.LOCAL, "no job is heard here: it tells the hub alone")
    job = heard.get(name)
    if job is None:
        raise trouble(FailureKind.LOCAL, f"no job is called {name}: thongsuot job make {name}")
    now = attempt.kit.clock.now()
    if job.good is not None:
        attempt.tell(GOOD, float(job.good))
    if job.good_at is not None:
        attempt.tell(AGE, max(0.0, (now - job.good_at).total_seconds()))
        attempt.tell(WRITTEN, job.good_at.timestamp())
        if job.size is not None:
            attempt.tell(SIZE, job.size)
    if job.duration is not None:
        attempt.tell(DURATION, job.duration)
    attempt.transcript.note("%s: %s", name, job.detail or "no detail")
    unwanted(of_job(job, params, now))


async def _by_http(attempt: Attempt, params: Params) -> list[File]:
    login = attempt.login(params.user)
    headers = {"Authorization": authorization(login)} if login else {}
    return await web.listed(attempt, params, headers)


async def _by_sftp(attempt: Attempt, params: Params) -> list[File]:
    check, kit, url = attempt.check, attempt.kit, URL(params.url)
    login = attempt.login(params.user)
    if login is None:
        raise trouble(FailureKind.LOCAL, "no secret is named: SFTP wants a login")
    port = url.port or _SSH
    device, key = f"sftp://{url.host}:{port}", ":".join(login)
    manners = manners_of(kit)
    resting = manners.rest(device, key)
    if resting is not None:
        raise Trouble(resting)
    found = await places(url.host or "")
    made, _ = await connect(kit.sockets, found, port, check.timeout, attempt.transcript)
    try:
        files = await threads_of(kit).over(
            made,
            check.timeout,
            lambda connected: sftp.listed(connected, url.path, params, login, check.timeout),
        )
    except sftp.Refused as refused:
        raise Trouble(manners.refused(device, key, str(refused))) from refused
    manners.welcome(device, key)
    return files


_emit = functools.partial(Emit, labels=(OWN,))

COLLECTOR = Collector(
    name="backup_age",
    help=Text(
        vi="Bản sao lưu mới nhất cũ bao lâu, lớn bao nhiêu?",
        en="How old and how large is the newest backup?",
    ),
    params=Params,
    emits=(
        *EMITS,
        _emit(AGE, Text("Bản sao lưu mới nhất đã cũ bao lâu", "How old the newest backup is")),
        _emit(
            WRITTEN,
            Text("Bản mới nhất được ghi lúc nào (Unix)", "When the newest was written (Unix time)"),
        ),
        _emit(SIZE, Text("Độ lớn của bản mới nhất", "How large the newest is")),
        _emit(FILES, Text("Số bản sao lưu trong thư mục", "Backups in the folder")),
        _emit(GOOD, Text("1 nếu lần cuối kết thúc tốt", "1 if the job's last run ended well")),
        _emit(DURATION, Text("Lần cuối chạy bao lâu", "How long the job's last run took")),
    ),
    look=look,
    interval=240.0,
    timeout=30.0,
)
