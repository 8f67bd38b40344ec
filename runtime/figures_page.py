"""The page about figures that others declare: how lists are taken in, and each list by its form."""

from inventory.figureforms import Column, Form, Rate, forms
from runtime.figure_series import AGE, SHARE

HEAD = f"""\
# Số liệu đơn vị / Units' figures

Trang này sinh từ mã nguồn (`docs/generate.py`). *Made from the code.*

Có những thứ không đo được từ đây: trạm BTS của nhà mạng, số máy tính, hộp thư, lượt dùng ứng dụng, độ phủ diệt vi-rút. Người giữ số liệu gửi tệp theo kỳ;
gửi tệp ấy **như nhận được**, ở trang **Số liệu đơn vị** (trong bảng chọn của người dùng), hoặc
*Some things cannot be measured from here. Whoever has the figures sends a file now and then; send it on **as you got it**, on the page **Units' figures**, or*

```sh
thongsuot figures template computers -o mau.xlsx           # tệp mẫu, có sẵn mọi xã / every commune in it
thongsuot figures import bts tram.xlsx --period 10/2026 --part Viettel --dry-run
thongsuot figures import bts tram.xlsx --period 10/2026 --part Viettel
thongsuot figures show bts
thongsuot figures history bts dak-o                        # mọi lần khai, kể cả số đã bị thay / replaced ones too
thongsuot figures export bts -o bts.xlsx
```

- Cột theo thứ tự nào cũng được; tiêu đề một hoặc hai dòng, có dấu hay không; dòng cộng, ghi chú, chữ .VnTime được hiểu như khi [nhập danh mục](import.md). Mỗi
  dòng một đơn vị, **hoặc** mỗi dòng một trạm, một máy, một hộp thư: khi ấy các dòng được đếm theo đơn vị. Tên có hai lần chỉ đếm một.
  *Columns in any order, headings in one or two rows, with marks or without; totals, notes and old fonts as in an [import](import.md). A row for each unit, **or**
  for each station, machine, mailbox: then rows are counted by unit, a name that stands twice once.*
- Đơn vị theo tên như khi nhập danh mục (`UBND xã A`, xã cũ kèm huyện cũ, đường dẫn `All/UBND xã A`), đúng vào kỳ của số liệu; cơ quan có trong bảng *Cơ quan* thì số
  liệu là của cơ quan ấy. *Units by their names as in an import, as of the period; offices of the table of organisations are subjects of their own.*
- Kỳ: cột "Tháng", "Kỳ", "Ngày", hoặc `tháng 10/2026` ở đầu bảng, tên trang, tên tệp, hoặc `--period`. Hai nơi nói khác nhau thì bị từ chối.
  *The period: a column, a title, the names of sheet and file, or `--period`; where two differ the file is refused.*
- Một lỗi là không nhập gì; mỗi lỗi nêu tệp, dòng, cột, cách sửa. Nhập lại cùng kỳ thì thay số; số cũ, người nhập, tệp nằm trong lịch sử và nhật ký kiểm toán.
  *One fault and nothing is taken in. The same period once more replaces; what held before stays as history, and the audit trail knows who and from which file.*
- Tệp không có cột nào thì số liệu ấy là **chưa biết**, không phải 0. Quá hạn thì ghi *đã cũ*, không cộng, không tính tỷ lệ, chuỗi thời gian của nó dừng: không có
  số liệu không phải là tốt. Hạn là đề xuất, chưa phải quy định. *What has no column is **unknown**, not 0. Stale figures say so, enter no total and no share, and their
  series end. The limits are proposals, no rules.*
- API: `GET /api/v1/figures`, `/figures/{{list}}`, `/figures/{{list}}/units/{{unit}}`; `POST /api/v1/figures/{{list}}?period=&part=&unit=&dry_run=` với tệp là nội dung / *the file as the body*.
- Chuỗi / *series*: `{AGE}` (tuổi / *age*), `{SHARE}` (nhãn `share` / *by `share`*) và các tên dưới đây, nhãn `unit`, `organisation`.
  [Ngưỡng](rules.md) dùng được bằng biểu thức, tính cho điểm cầu của đơn vị / *in rules by an expression, for the sites of a unit*:

```promql
max by (site) (site_info * on (unit) group_left () max by (unit) (unit_antivirus_signature_age_seconds)) / 86400
```

Tiêu đề nhận được nằm trong `inventory/forms/*.toml`: thêm một cách viết là thêm một dòng. Tiêu đề của các phần mềm quản trị (Kaspersky, Defender, Zimbra, Exchange …) theo
những gì thường thấy, **chưa xác nhận** trên tệp xuất thật. *The headings are data: a new one is a line. Those of consoles and mail servers are **unconfirmed** on real exports.*

"""  # noqa: E501


def markdown() -> str:
    """Return the page."""
    return HEAD + "\n".join(map(_list, forms().values()))


def _list(form: Form) -> str:
    rows = ", ".join(form.rows)
    lines = [
        f"## `{form.name}`: {form.vi} / {form.en}",
        "",
        f"{rows}. Từ / *from*: {form.from_vi} / *{form.from_en}*. "
        f"Đã cũ sau / *stale after*: {form.stale_after} ngày / *days*.",
        "",
        "| cột / column | chỉ số / metric |",
        "|---|---|",
        *(_column(column) for column in form.columns.values()),
    ]
    if form.part is not None:
        lines.insert(3, f"Phần / *part*: {form.part.vi} / *{form.part.en}* (`{form.part.label}`).")
    if form.rates:
        lines += ["", *(_rate(name, rate) for name, rate in form.rates.items())]
    if form.layouts:
        ways = "; ".join(f"{one.vi} / *{one.en}*" for one in form.layouts)
        lines += ["", f"Cũng nhận / *also taken*: {ways}."]
    return "\n".join(lines) + "\n"


def _column(column: Column) -> str:
    labels = ", ".join(f'{name}="{value}"' for name, value in column.labels.items())
    metric = f"{column.metric}{{{labels}}}" if labels else column.metric
    return f"| {column.vi} / *{column.en}* | `{metric}` |"


def _rate(name: str, rate: Rate) -> str:
    of, per = " + ".join(rate.of), " + ".join(rate.per)
    return (
        f"- `{name}` {rate.vi} / *{rate.en}* = {of} / {per}: {rate.source_vi}; *{rate.source_en}*"
    )
