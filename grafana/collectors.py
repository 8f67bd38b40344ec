"""Board Collectors: does the platform itself keep up with looking?"""

from core.text import Language, Text
from grafana import variables
from grafana.board import Board
from grafana.expressions import metric
from grafana.panels import Column, Words, lines, number, worst_first
from grafana.statuses import AGE, ANY_IS_RED
from runtime import surroundings, tally

CHOSEN = 'collector=~"$collector"'
ROWS = 30


def board(language: Language) -> Board:
    """Return the board."""
    made = Board(
        slug="collectors",
        title=Text("Thông Suốt – Việc đo", "Thông Suốt – Collectors"),
        question=Text(
            "Nền tảng có theo kịp việc đo, ghi và báo không?",
            "Does the platform keep up with looking, writing and telling?",
        ),
        language=language,
        variables=(
            variables.source(language),
            variables.hub(),
            variables.unit(language),
            variables.collector(language),
        ),
        marks=(metric(surroundings.INCIDENT, 'unit=~"$unit"'),),
    )
    made.row(4, *_now(language))
    made.row(9, _ways(language))
    made.row(8, _failures(language), _readings(language))
    made.row(8, _turn(language), _samples(language))
    return made


def grown(name: str) -> str:
    """Return by how much a counter grew over the dashboard's range."""
    return f"sum(increase({metric(name)}[$__range]))"


def _now(language: Language) -> list[object]:
    late = "thongsuot_checks_lateness_seconds_total"
    return [
        number(
            Words(
                Text("Tuổi số liệu", "Age of data"),
                Text(
                    "Lần ghi gần nhất của nền tảng cách đây bao lâu. Trống: nền tảng hoặc máy chủ "
                    "chuỗi không chạy.",
                    "How long ago the platform last wrote. Empty: it or the engine does not run.",
                ),
            ),
            language,
            f"time() - max(timestamp({metric('thongsuot_readings_total')}))",
            limits=AGE,
            unit="s",
            decimals=0,
        ),
        number(
            Words(
                Text("Trễ giờ đo", "Lateness"),
                Text(
                    "Một lần đo bắt đầu trễ trung bình bao lâu so với giờ của nó.",
                    "How late a run begins, on average.",
                ),
            ),
            language,
            f"sum(rate({metric(late)}[$__rate_interval])) / "
            f"(sum(rate({metric('thongsuot_checks_started_total')}[$__rate_interval])) > 0)",
            unit="s",
        ),
        number(
            Words(
                Text("Lần đo bỏ qua", "Runs skipped"),
                Text(
                    "Trong khoảng: đến giờ mà lần trước chưa xong.",
                    "In the range: due while the run before was not done.",
                ),
            ),
            language,
            grown("thongsuot_checks_skipped_total"),
            decimals=0,
        ),
        number(
            Words(
                Text("Kết quả bị mất", "Lost"),
                Text(
                    "Kết quả đo và mẫu mất hẳn trong khoảng: sổ cái không nhận, hoặc máy chủ chuỗi "
                    "từ chối.",
                    "Readings and samples lost for good in the range: not taken by the ledger, or "
                    "refused by the engine.",
                ),
            ),
            language,
            f"{grown('thongsuot_readings_dropped_total')} + "
            f"({grown('thongsuot_samples_refused_total')} or vector(0))",
            limits=ANY_IS_RED,
            decimals=0,
        ),
        number(
            Words(
                Text("Tin báo trễ", "Messages late"),
                Text(
                    "Số tin chờ quá hai phút lúc này.",
                    "Messages that have been waiting for more than two minutes.",
                ),
            ),
            language,
            f"sum({metric('thongsuot_messages_late')})",
            limits=ANY_IS_RED,
        ),
        number(
            Words(
                Text("Kênh báo bị tắt", "Channels disabled"),
                Text(
                    "Số kênh báo tin đã bị tắt vì luôn từ chối.",
                    "Channels disabled because they always refuse.",
                ),
            ),
            language,
            f"sum({metric('thongsuot_channels_broken')})",
            limits=ANY_IS_RED,
        ),
    ]


def _rate(name: str, *matchers: str, by: str = "collector") -> str:
    return f"sum by ({by}) (rate({metric(name, CHOSEN, *matchers)}[$__rate_interval]))"


def _ways(language: Language) -> object:
    readings = _rate(tally.READINGS)
    return worst_first(
        Words(
            Text("Cách đo, hỏng nhiều nhất trước", "Collectors, most failing first"),
            Text(
                "Một đích mất kết nối cũng là lần đo hỏng: so với bảng Toàn tỉnh trước khi nghi "
                "nền tảng.",
                "A target that is down fails its runs too: compare with Province before doubting "
                "the platform.",
            ),
        ),
        language,
        by="collector",
        labels={"collector": Text("Cách đo", "Collector")},
        columns=[
            Column(
                Text("Phần hỏng", "Failing"),
                f"topk({ROWS}, {_rate(tally.FAILURES)} / ({readings} > 0))",
                unit="percentunit",
                decimals=1,
            ),
            Column(Text("Kết quả mỗi giây", "Readings per second"), readings, unit="cps"),
            Column(
                Text("Một lần đo mất", "One run takes"),
                f"{_rate(tally.SECONDS)} / ({readings} > 0)",
                unit="s",
            ),
            Column(
                Text("Số phép kiểm tra", "Checks"),
                f"sum by (collector) ({metric(tally.CHECKS, CHOSEN)})",
                decimals=0,
            ),
        ],
    )


def _failures(language: Language) -> object:
    return lines(
        Words(
            Text("Lần đo hỏng theo loại", "Failures by kind"),
            Text(
                "timeout: im lặng; refused: máy sống, dịch vụ không; auth: sai mật khẩu hay "
                "community; local, bug: lỗi của chính nền tảng.",
                "timeout: silence; refused: the host lives, the service does not; auth: wrong "
                "credentials; local, bug: our own fault.",
            ),
        ),
        language,
        [(_rate(tally.FAILURES, by="kind"), "{{kind}}")],
        unit="cps",
    )


def _readings(language: Language) -> object:
    return lines(
        Words(
            Text("Kết quả theo cách đo", "Readings by collector"),
            Text(
                "Kết quả đo mỗi giây; tụt hẳn là nền tảng đo thiếu.",
                "Readings per second; a drop means that the platform looks less than it should.",
            ),
        ),
        language,
        [(_rate(tally.READINGS), "{{collector}}")],
        unit="cps",
    )


def _turn(language: Language) -> object:
    told = (
        ("thongsuot_checks_running", Text("đang đo", "running")),
        ("thongsuot_checks_waiting", Text("đang chờ", "waiting")),
    )
    return lines(
        Words(
            Text("Lượt đo", "Runs"),
            Text(
                "Số lần đo đang chạy và đang chờ lượt; chờ tăng mãi là quá tải.",
                "Runs in progress and waiting; waiting that only grows is overload.",
            ),
        ),
        language,
        [(f"sum({metric(name)})", words.said(language)) for name, words in told],
        unit="short",
    )


def _samples(language: Language) -> object:
    told = (
        ("thongsuot_samples_sent_total", Text("đã nhận", "taken")),
        ("thongsuot_samples_refused_total", Text("bị từ chối", "refused")),
        ("thongsuot_samples_replayed_total", Text("gửi lại", "sent again")),
    )
    return lines(
        Words(
            Text("Mẫu ghi vào máy chủ chuỗi", "Samples written to the engine"),
            Text(
                "Mẫu mỗi giây; bị từ chối là mất hẳn.",
                "Samples per second; what is refused is lost.",
            ),
        ),
        language,
        [
            (f"sum(rate({metric(name)}[$__rate_interval]))", words.said(language))
            for name, words in told
        ],
        unit="cps",
    )
