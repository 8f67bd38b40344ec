"""Settings are strict, and every fault is named with its line and its mend."""

import json
import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from pydantic import BaseModel, ConfigDict, Field, SecretStr

from alerts.quality import Bands
from core.channel import Channel
from core.errors import Invalid
from core.incident import Message
from core.text import Language, Text
from runtime import settings, settings_page
from runtime.assembly import bands
from runtime.quantities import Wrong, seconds, size
from runtime.sections.kinds import Section, is_loopback, split_listen
from runtime.sections.meetings import Travel
from runtime.sections.telling import Delays, Digest, Drill, Night


class Letter(BaseModel):
    model_config = ConfigDict(extra="forbid")
    host: str = Field(max_length=9)
    password: SecretStr = SecretStr("")


async def _never(params: BaseModel, message: Message, timeout: float) -> str:
    raise AssertionError


LETTER = Channel(name="letter", help=Text(vi="Thư", en="Letter"), params=Letter, send=_never)
CHANNELS = {"letter": LETTER}


def _load(folder: Path, text: str, **environ: str) -> settings.Settings:
    path = folder / "thongsuot.toml"
    path.write_text(text, encoding="utf-8")
    return settings.load(path, environ, CHANNELS, {})


def _problems(folder: Path, text: str, **environ: str) -> list[str]:
    with pytest.raises(Invalid) as caught:
        _load(folder, text, **environ)
    return [p.said("en").replace(f"{folder}/", "") for p in caught.value.problems]


def test_an_empty_file_gives_the_defaults(tmp_path: Path) -> None:
    got = _load(tmp_path, "")
    assert got.web.listen == "127.0.0.1:8080"
    assert got.looking.reach_interval == 1.0
    assert got.series.spool_size == 512_000_000
    assert got.series.child


def test_paths_are_beside_the_settings_file(tmp_path: Path) -> None:
    got = _load(tmp_path, '[series]\ndirectory = "data"\n')
    assert got.series.directory == tmp_path / "data"
    assert got.ledger.url == f"sqlite:///{tmp_path}/var/thongsuot.db"
    assert got.secrets.key_file == tmp_path / "var/master.key"


def test_no_file_at_all_means_the_present_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert settings.load(None, {}).series.directory == tmp_path / "var/series"


def test_ready_made_tables_are_beside_their_folder(tmp_path: Path) -> None:
    got = settings.build({"web": {"listen": "[::1]:0"}}, tmp_path)
    assert split_listen(got.web.listen) == ("::1", 0)
    assert got.series.spool == tmp_path / "var/spool.db"


SENTENCES = [
    (
        '[web]\nlistn = "127.0.0.1:80"\n',
        'thongsuot.toml:2: web.listn: no such key. Perhaps "listen" is meant.',
    ),
    ('\n[ledgr]\nurl = "x"\n', 'thongsuot.toml:2: ledgr: no such key. Perhaps "ledger" is meant.'),
    (
        '[web]\nlisten = "8080"\n',
        'thongsuot.toml:2: web.listen: "8080" is not an address and a port. '
        'Write it like "127.0.0.1:8080" or "[::1]:8080".',
    ),
    (
        "[looking]\nreach_interval = 5\n",
        "thongsuot.toml:2: looking.reach_interval: 5 is not a duration. "
        'Write a number with its unit in quotes, such as "30s", "5m", "1h".',
    ),
    (
        '[series]\n# much\nmemory = "much"\n',
        'thongsuot.toml:3: series.memory: "much" is not a size. '
        'Write a number with its unit in quotes, such as "512MB", "2GB".',
    ),
    (
        "[looking]\nsnmp_port = 99999\n",
        "thongsuot.toml:2: looking.snmp_port: out of range. Write a number of at most 65535.",
    ),
    (
        '[web]\nmetrics_open = "perhaps"\n',
        "thongsuot.toml:2: web.metrics_open: neither true nor false. Write true or false.",
    ),
    (
        '[log]\nlevel = "loud"\n',
        "thongsuot.toml:2: log.level: not one of the possible values. "
        "There are: 'debug', 'info', 'warning' or 'error'.",
    ),
    (
        '[web]\nproxies = [\n  "10.0.0.1",\n  "x = 3",\n]\nlistn = 1\n',
        'thongsuot.toml:2: web.proxies.1: "x = 3" is not an address. '
        'Write an address or a network, such as "127.0.0.1", "10.1.0.0/24".',
    ),
    (
        '[series]\nwrite_url = "http://127.0.0.1:9090/api/v1/write"\n',
        "thongsuot.toml:1: series: write_url and read_url belong together. Set both or neither.",
    ),
    (
        '[web]\ncertificate = "a.pem"\n',
        "thongsuot.toml:1: web: certificate and key belong together. Set both or neither.",
    ),
    (
        '[ledger]\nurl = "mysql://root:hunter2@db/x"\n',
        "thongsuot.toml:2: ledger.url: not the address of a ledger. "
        'Write "sqlite:///folder/file.db" or "postgresql://user@host/name".',
    ),
    (
        '[ledger]\nurl = "postgresql://an:hunter2@db:cong/x"\n',
        "thongsuot.toml:2: ledger.url: not the address of a ledger. "
        'Write "sqlite:///folder/file.db" or "postgresql://user@host/name".',
    ),
    (
        '[telling.night]\nbegin = "06:00"\n',
        "thongsuot.toml:1: telling.night: the night must begin after the morning. "
        'Write it like begin = "21:00".',
    ),
    (
        '[telling.night]\nmorning = "half past seven"\n',
        'thongsuot.toml:2: telling.night.morning: not a time of day. Write it like "07:30".',
    ),
    (
        'telling.delays.hbu = "1s"\n',
        'thongsuot.toml:1: telling.delays.hbu: no such key. Perhaps "hub" is meant.',
    ),
    (
        '[channels.office]\nkind = "lettr"\n',
        'thongsuot.toml:2: channels.office.kind: no channel of kind "lettr". '
        'Perhaps "letter" is meant.',
    ),
    (
        '[channels.office]\nhost = "x"\n',
        "thongsuot.toml:1: channels.office.kind: the kind of channel is missing. "
        "There are: letter.",
    ),
    (
        '[channels.office]\nkind = "letter"\nhots = "x"\nhost = "y"\n',
        'thongsuot.toml:3: channels.office.hots: no such key. Perhaps "host" is meant.',
    ),
    (
        '[channels.office]\nkind = "letter"\n',
        "thongsuot.toml:1: channels.office.host: this key is missing. Add it.",
    ),
    ("channels = 3\n", "thongsuot.toml:1: channels: must be a table. Write [channels]."),
    (
        "web = 3\n",
        "thongsuot.toml:1: web: not a table. Write a table, [name].",
    ),
    (
        '[looking.intervals]\nicpm = "2s"\n',
        "thongsuot.toml:2: looking.intervals.icpm: no such key. There are: .",
    ),
]


@pytest.mark.parametrize(("text", "sentence"), SENTENCES)
def test_a_fault_is_told_with_line_key_and_mend(tmp_path: Path, text: str, sentence: str) -> None:
    assert _problems(tmp_path, text)[0] == sentence


def test_a_syntax_error_names_its_line(tmp_path: Path) -> None:
    (problem,) = _problems(tmp_path, "[web]\nlisten = \n")
    assert problem.startswith("thongsuot.toml:2: not valid TOML (Invalid value).")


def test_a_missing_file_says_how_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(Invalid) as caught:
        settings.load(tmp_path / "none.toml", {})
    assert "thongsuot init" in str(caught.value)


def test_all_faults_come_at_once_in_the_order_of_the_file(tmp_path: Path) -> None:
    problems = _problems(
        tmp_path,
        '[channels.a]\nkind = "x"\n[web]\nlistn = 1\n[log]\nlevel = "loud"\n',
        THONGSUOT_WEB_LISTEN="127.0.0.1:1",
        THONGSUOT_NOPE__X="1",
        THONGSUOT_WEB__LANGUAGE="fr",
    )
    assert [p.split(": ")[0] for p in problems] == [
        "THONGSUOT_NOPE__X",
        "THONGSUOT_WEB_LISTEN",
        "THONGSUOT_WEB__LANGUAGE",
        "thongsuot.toml:2",
        "thongsuot.toml:4",
        "thongsuot.toml:6",
    ]


def test_the_environment_wins_over_the_file(tmp_path: Path) -> None:
    got = _load(
        tmp_path,
        '[web]\nlisten = "127.0.0.1:1"\n[channels.head-office]\nkind = "letter"\nhost = "a"\n',
        THONGSUOT_WEB__LISTEN="127.0.0.1:2",
        THONGSUOT_WEB__PROXIES='["10.0.0.1"]',
        THONGSUOT_WEB__METRICS_OPEN="true",
        THONGSUOT_TELLING__DELAYS__SITE="9s",
        THONGSUOT_CHANNELS__HEAD_OFFICE__HOST="b",
        THONGSUOT_LANG="en",
    )
    assert got.web.listen == "127.0.0.1:2"
    assert got.web.proxies == ("10.0.0.1",)
    assert got.web.metrics_open
    assert got.telling.delays.site == 9.0
    assert got.channels["head-office"].params == {"host": "b"}


def test_neither_faults_nor_a_printed_settings_object_tell_a_secret(tmp_path: Path) -> None:
    told = "\n".join(
        _problems(
            tmp_path,
            '[ledger]\nurl = "mysql://root:hunter2@db/x"\n'
            '[series]\nheaders = "hunter2"\nwrite_url = "hunter2"\n'
            '[channels.a]\nkind = "letter"\nhost = 3\npassword = 5\nhunter = "hunter2"\n',
        )
    )
    assert "hunter2" not in told
    got = _load(
        tmp_path,
        '[ledger]\nurl = "postgresql://a:hunter2@db/x"\n[looking]\nsnmp_community = "hunter2"\n'
        '[channels.a]\nkind = "letter"\nhost = "h"\npassword = "hunter2"\n',
    )
    assert "hunter2" not in repr(got)


def test_a_reference_is_not_held_against_the_form_of_what_it_stands_for(tmp_path: Path) -> None:
    way = _load(tmp_path, '[channels.a]\nkind = "letter"\nhost = "secret:host-name"\n').channels[
        "a"
    ]
    assert way.params["host"] == "secret:host-name"


def test_a_channel_gets_its_secret_only_when_it_is_opened(tmp_path: Path) -> None:
    way = _load(
        tmp_path, '[channels.a]\nkind = "letter"\nhost = "h"\npassword = "secret:mail"\n'
    ).channels["a"]
    vault = {"mail": "hunter2"}
    filled = way.filled(LETTER, vault.get)
    assert isinstance(filled, Letter)
    assert filled.password.get_secret_value() == "hunter2"
    with pytest.raises(LookupError, match="mail"):
        way.filled(LETTER, lambda _: None)


@pytest.mark.parametrize(
    ("listen", "near"),
    [
        ("127.0.0.1:8080", True),
        ("127.8.9.1:1", True),
        ("[::1]:8080", True),
        ("localhost:1", True),
        ("0.0.0.0:8080", False),
        ("[::]:8080", False),
        ("10.0.0.1:80", False),
        ("giamsat.example:80", False),
    ],
)
def test_loopback_is_known(listen: str, near: bool) -> None:
    assert is_loopback(listen) is near


@pytest.mark.parametrize("listen", ["8080", ":8080", "a:b", "1.2.3.4:70000", "::1:80"])
def test_what_is_no_address_and_port_is_refused(listen: str) -> None:
    with pytest.raises(Wrong):
        split_listen(listen)


@pytest.mark.parametrize(
    ("text", "value"),
    [("30s", 30.0), ("1h30m", 5400.0), ("250ms", 0.25), ("2d", 172800.0), ("0s", 0.0)],
)
def test_durations_are_read(text: str, value: float) -> None:
    assert seconds(text) == value


@pytest.mark.parametrize(
    ("text", "value"), [("512MB", 512_000_000), ("2GB", 2_000_000_000), ("7B", 7)]
)
def test_sizes_are_read(text: str, value: int) -> None:
    assert size(text) == value


def test_sizes_may_be_powers_of_two() -> None:
    assert size("1 MiB") == 2**20


@pytest.mark.parametrize("text", ["5", "", "s", "5 minutes", "-3s", 5, None])
def test_what_is_no_duration_is_refused(text: object) -> None:
    with pytest.raises(Wrong):
        seconds(text)


def test_every_key_has_its_sentence_in_both_languages() -> None:
    within: list[type[Section]] = [
        Delays,
        Night,
        Digest,
        Drill,
        Travel,
    ]
    sections: list[type[Section]] = [*settings.SECTIONS.values(), *within]
    for section in sections:
        for name, field in section.model_fields.items():
            said = [m for m in field.metadata if isinstance(m, Text)]
            assert said or field.annotation in within, f"{section.__name__}.{name}"


@pytest.mark.parametrize("language", ["vi", "en"])
def test_the_commented_file_is_the_defaults_once_the_comments_are_taken_off(
    tmp_path: Path, language: Language
) -> None:
    text = settings_page.commented(language)
    bare = "\n".join(row for row in text.split("#[channels")[0].splitlines())
    uncommented = re.sub(r"^#(?=\w)", "", bare, flags=re.MULTILINE)
    assert tomllib.loads(uncommented)["web"]["listen"] == "127.0.0.1:8080"
    assert _load(tmp_path, uncommented) == _load(tmp_path, text) == _load(tmp_path, "")


def _check(*arguments: str, **environ: str) -> subprocess.CompletedProcess[str]:
    command = [str(Path(sys.executable).parent / "thongsuot"), "check-config", *arguments]
    clean = {k: v for k, v in os.environ.items() if not k.startswith("THONGSUOT_")}
    return subprocess.run(command, env=clean | environ, capture_output=True, text=True, check=False)


def test_check_config_says_that_all_is_right(tmp_path: Path) -> None:
    path = tmp_path / "a.toml"
    path.write_text("[web]\n", encoding="utf-8")
    result = _check("-c", str(path), THONGSUOT_LANG="vi")
    assert (result.returncode, result.stdout) == (0, "đúng\n")


def test_check_config_prints_every_problem_and_fails(tmp_path: Path) -> None:
    path = tmp_path / "a.toml"
    path.write_text('[web]\nlistn = 1\n[log]\nlevel = "x"\n', encoding="utf-8")
    result = _check("-c", str(path), THONGSUOT_LANG="vi")
    assert result.returncode == 1
    assert result.stderr.splitlines()[0] == (
        f'{path}:2: web.listn: không có khoá này. Có phải là "listen"?'
    )
    assert len(result.stderr.splitlines()) == 2


def test_check_config_answers_machines_in_json(tmp_path: Path) -> None:
    path = tmp_path / "a.toml"
    path.write_text("[web]\nlistn = 1\n", encoding="utf-8")
    result = _check("-c", str(path), "--json", THONGSUOT_LANG="en")
    (problem,) = json.loads(result.stdout)["problems"]
    assert problem == {
        "file": str(path),
        "line": 2,
        "key": "web.listn",
        "what": "no such key",
        "mend": 'Perhaps "listen" is meant',
    }


def test_every_setting_is_heeded_somewhere() -> None:
    runtime = Path(settings.__file__).parent
    elsewhere = "".join(
        path.read_text(encoding="utf-8")
        for path in runtime.rglob("*.py")
        if not path.name.startswith("settings")
    )
    sections: list[type[Section]] = list(settings.SECTIONS.values())
    for section in sections:
        for key in section.model_fields:
            assert re.search(rf"\.{key}\b", elsewhere), f"{section.__name__}.{key}"


def test_the_settings_are_those_named_else_those_of_the_environment_or_folder(
    tmp_path: Path,
) -> None:
    named, here = Path("named.toml"), tmp_path / "thongsuot.toml"
    told = {"THONGSUOT_CONFIG": "other/told.toml"}
    assert settings.chosen(named, told, tmp_path) == named
    assert settings.chosen(None, told, tmp_path) == tmp_path / "other/told.toml"
    here.touch()
    assert settings.chosen(None, told, tmp_path) == tmp_path / "other/told.toml"
    assert settings.chosen(None, {"THONGSUOT_CONFIG": ""}, tmp_path) == here


def test_an_environment_that_names_the_ledger_needs_no_file(tmp_path: Path) -> None:
    environ = {"THONGSUOT_LEDGER__URL": "sqlite:///a.db"}
    assert settings.chosen(None, environ, tmp_path) is None


def test_no_settings_at_all_are_refused_with_the_mend(tmp_path: Path) -> None:
    with pytest.raises(Invalid) as refused:
        settings.chosen(None, {"THONGSUOT_WEB__LISTEN": "127.0.0.1:1"}, tmp_path)
    (problem,) = refused.value.problems
    assert "thongsuot init THƯ-MỤC" in problem.said("vi")
    assert "-c DIR/thongsuot.toml" in problem.said("en")


def test_a_number_for_answers_needs_somebody_who_reads_them(tmp_path: Path) -> None:
    file = tmp_path / settings.FILE
    text = '[telling]\nreply_to = "0912345678"\n[channels.modem]\nkind = "gsm_modem"\n'
    text += 'device = "/dev/ttyUSB0"\n'
    file.write_text(text, encoding="utf-8")
    with pytest.raises(Invalid) as refusal:
        settings.load(file, {})
    (fault,) = refusal.value.problems
    assert (fault.line, fault.key) == (2, "telling.reply_to")
    file.write_text(f"{text}answers = true\n", encoding="utf-8")
    assert settings.load(file, {}).telling.reply_to == "0912345678"


def test_the_limits_of_quality_are_in_percent_and_milliseconds(tmp_path: Path) -> None:
    found = bands(_load(tmp_path, "").quality)
    assert found == Bands()  # the reference values
    stricter = _load(tmp_path, "[quality]\nloss_audio = [0.1, 0.2, 1]\njitter = [5, 10, 20]\n")
    changed = bands(stricter.quality)
    assert (changed.loss_audio.good, changed.loss_audio.poor) == (0.001, 0.01)
    assert changed.jitter.fair == 0.01


@pytest.mark.parametrize(
    ("limits", "said"),
    [
        ("[1, 3, 2]", "must be 0 or more and rise"),
        ("[-1, 2, 3]", "must be 0 or more and rise"),
        ("[1, 2]", "three numbers are needed"),
        ("5", "three numbers are needed"),
    ],
)
def test_limits_that_make_no_sense_are_told_by_their_key(
    tmp_path: Path, limits: str, said: str
) -> None:
    [problem] = _problems(tmp_path, f"[quality]\nloss_video = {limits}\n")
    assert problem.startswith("thongsuot.toml:2")
    assert "loss_video" in problem
    assert said in problem
