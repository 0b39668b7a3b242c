"""The four records of a 預金口座振替 file as data: 120 bytes each, positions counted from 1.

Source: 全国銀行協会, 適用業務およびレコード・フォーマット (令和元年12月), 預金口座振替.
Requests and results share the layout.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum

from hoshou.base.errors import noop_gettext as N_

RECORD_BYTES = 120
EBCDIC = "1"


class Kind(Enum):
    """What a field holds, and so how it is filled up to its length."""

    FIXED = "fixed"  # always the same: record marks, and the spaces of ダミー
    NUMBER = "number"  # an integer, right aligned, filled with zeros
    DIGITS = "digits"  # a code of digits, right aligned, filled with zeros
    FULL_DIGITS = "full digits"  # a code of digits that must have its full length
    MONTH_DAY = "month and day"  # MMDD
    CHOICE = "choice"  # one character out of `allowed`
    STORE_NAME = "store name"  # left aligned, filled with spaces
    PARTY_NAME = "party name"  # likewise, with more symbols


@dataclass(frozen=True, slots=True)
class Field:
    """A place in a record: `position` is 1-based, `length` in bytes.

    `allowed` is the one value of a FIXED field, or the characters of a CHOICE.
    """

    name: str
    label: str
    position: int
    length: int
    kind: Kind
    allowed: str = ""
    required: bool = False


@dataclass(frozen=True, slots=True)
class Record:
    """A record type: its データ区分 and its fields in the order of their positions."""

    mark: str
    label: str
    fields: tuple[Field, ...]

    def field(self, name: str) -> Field:
        """The field of that name. Raises KeyError."""
        for field in self.fields:
            if field.name == name:
                return field
        raise KeyError(name)


def _mark(value: str) -> Field:
    return Field("mark", N_("データ区分"), 1, 1, Kind.FIXED, value)


def _spaces(position: int, length: int) -> Field:
    return Field("spaces", N_("ダミー"), position, length, Kind.FIXED, " " * length)


HEADER = Record(
    "1",
    N_("ヘッダーレコード"),
    (
        _mark("1"),
        Field("type_code", N_("種別コード"), 2, 2, Kind.FIXED, "91"),
        Field("code_class", N_("コード区分"), 4, 1, Kind.FIXED, "0"),
        Field("consignor_code", N_("委託者コード"), 5, 10, Kind.DIGITS),
        Field("consignor_name", N_("委託者名"), 15, 40, Kind.PARTY_NAME),
        Field("debit_date", N_("引落日"), 55, 4, Kind.MONTH_DAY),
        Field("bank_code", N_("取引銀行番号"), 59, 4, Kind.DIGITS),
        Field("bank_name", N_("取引銀行名"), 63, 15, Kind.STORE_NAME),
        Field("branch_code", N_("取引支店番号"), 78, 3, Kind.DIGITS),
        Field("branch_name", N_("取引支店名"), 81, 15, Kind.STORE_NAME),
        Field("account_type", N_("預金種目（委託者）"), 96, 1, Kind.CHOICE, "129"),
        Field("account_number", N_("口座番号（委託者）"), 97, 7, Kind.DIGITS),
        _spaces(104, 17),
    ),
)

DATA = Record(
    "2",
    N_("データレコード"),
    (
        _mark("2"),
        Field("bank_code", N_("引落銀行番号"), 2, 4, Kind.DIGITS),
        Field("bank_name", N_("引落銀行名"), 6, 15, Kind.STORE_NAME),
        Field("branch_code", N_("引落支店番号"), 21, 3, Kind.DIGITS),
        Field("branch_name", N_("引落支店名"), 24, 15, Kind.STORE_NAME),
        _spaces(39, 4),
        Field("account_type", N_("預金種目"), 43, 1, Kind.CHOICE, "1239"),
        Field("account_number", N_("口座番号"), 44, 7, Kind.DIGITS),
        Field("name", N_("預金者名"), 51, 30, Kind.PARTY_NAME, required=True),
        Field("amount", N_("引落金額"), 81, 10, Kind.NUMBER),
        Field("new_code", N_("新規コード"), 91, 1, Kind.CHOICE, "012"),
        Field("customer_number", N_("顧客番号"), 92, 20, Kind.FULL_DIGITS),
        Field("result_code", N_("振替結果コード"), 112, 1, Kind.CHOICE, "0123489NE "),
        _spaces(113, 8),
    ),
)

TRAILER = Record(
    "8",
    N_("トレーラーレコード"),
    (
        _mark("8"),
        Field("count", N_("合計件数"), 2, 6, Kind.NUMBER),
        Field("amount", N_("合計金額"), 8, 12, Kind.NUMBER),
        Field("paid_count", N_("振替済件数"), 20, 6, Kind.NUMBER),
        Field("paid_amount", N_("振替済金額"), 26, 12, Kind.NUMBER),
        Field("failed_count", N_("振替不能件数"), 38, 6, Kind.NUMBER),
        Field("failed_amount", N_("振替不能金額"), 44, 12, Kind.NUMBER),
        _spaces(56, 65),
    ),
)

END = Record("9", N_("エンドレコード"), (_mark("9"), _spaces(2, 119)))

RECORDS: Mapping[str, Record] = {record.mark: record for record in (HEADER, DATA, TRAILER, END)}
"""By データ区分."""
