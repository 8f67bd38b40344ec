"""What may be set for a database."""

from typing import Literal, Self

from pydantic import Field, model_validator

from collectors._net.written import Numbers, Texts
from collectors._sql.select import fault
from collectors._tls.params import TlsParams

Engine = Literal["postgresql", "mysql", "sqlserver", "oracle"]
PORTS = {"postgresql": 5432, "mysql": 3306, "sqlserver": 1433, "oracle": 1521}
_MOST = 20  # queries of one check


class Params(TlsParams):
    """What may be set."""

    engine: Engine = Field(
        description="postgresql, mysql (MariaDB too), sqlserver or oracle",
        json_schema_extra={"vi": "postgresql, mysql (cả MariaDB), sqlserver hoặc oracle"},
    )
    port: int | None = Field(
        default=None,
        ge=1,
        le=65535,
        description="TCP port; none: the engine's own",
        json_schema_extra={"vi": "Cổng TCP; trống: cổng thường dùng của hệ quản trị"},
    )
    database: str | None = Field(
        default=None,
        max_length=200,
        pattern=r"^[^\x00-\x1f\x7f()=]+$",
        description="Database; of Oracle the service name",
        json_schema_extra={"vi": "Cơ sở dữ liệu; với Oracle là tên dịch vụ"},
    )
    user: str | None = Field(
        default=None,
        max_length=200,
        pattern=r"^[^:\x00-\x1f\x7f]+$",
        description="User name, if the secret is the password alone",
        json_schema_extra={"vi": "Tên đăng nhập, nếu bí mật chỉ là mật khẩu"},
    )
    tls: bool = Field(
        default=False,
        description="Speak TLS, and log in by nothing else",
        json_schema_extra={"vi": "Dùng TLS, không có TLS thì không đăng nhập"},
    )
    queries: Texts = Field(
        default_factory=dict,
        description='Named queries, one a line, each a single SELECT of one number: "backlog: '
        'SELECT count(*) FROM documents WHERE sent IS NULL"',
        json_schema_extra={
            "vi": "Các truy vấn có tên, mỗi dòng một câu SELECT trả về một con số: "
            '"ton_dong: SELECT count(*) FROM van_ban WHERE da_gui IS NULL"'
        },
    )
    above: Numbers = Field(
        default_factory=dict,
        description='Greatest good values by query, one a line: "backlog: 100"',
        json_schema_extra={
            "vi": 'Giá trị tốt lớn nhất theo truy vấn, mỗi dòng một: "ton_dong: 100"'
        },
    )
    below: Numbers = Field(
        default_factory=dict,
        description='Least good values by query, one a line: "documents_today: 1"',
        json_schema_extra={"vi": 'Giá trị tốt nhỏ nhất theo truy vấn, mỗi dòng một: "hom_nay: 1"'},
    )

    @model_validator(mode="after")
    def _asks_only(self) -> Self:
        if self.engine == "oracle" and self.queries:
            if self.database is None:
                raise ValueError("database: name the service that an Oracle is to be asked of")
            if self.tls:
                raise ValueError("tls: Oracle is logged into without TLS alone")
        if len(self.queries) > _MOST:
            raise ValueError(f"queries: {len(self.queries)} are more than {_MOST}")
        for name, text in self.queries.items():
            wrong = fault(name, text)
            if self.engine == "sqlserver" and text.lstrip().lower().startswith("with"):
                wrong = "to SQL Server it begins with SELECT, for it becomes a part of ours"
            if wrong:
                raise ValueError(f"queries: {name[:60]}: {wrong}")
        for bound in (self.above, self.below):
            for name in bound.keys() - self.queries.keys():
                raise ValueError(f"a bound for {name[:60]}, which no query is called")
        return self
