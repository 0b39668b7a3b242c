"""The single bytes of JIS X 0201, and which of them may stand in which text (全銀協 付録1 使用文字一覧)."""

import codecs
import string

UNKNOWN = "\ufffd"
KANA = "".join(chr(code) for code in range(ord("ｱ"), ord("ﾝ") + 1)) + "ﾞﾟ"

STORE_NAME = frozenset(KANA + string.ascii_uppercase + string.digits + " -")
"""Bank and branch names: no ｦ, no small kana, no ｰ, the hyphen as only symbol."""
PARTY_NAME = STORE_NAME | frozenset("().")
"""委託者名 and 預金者名."""
WIDE_NAME = PARTY_NAME | frozenset("ｦ\\/｢｣")
"""The wider reading of some agents: ｦ and the eight symbols ￥ . ( ) / - 「 」.

￥ is byte 0x5C, which CP932 reads as a backslash.
"""


def _character(byte: int) -> str:
    if byte < 0x80:
        return chr(byte)
    return bytes([byte]).decode("cp932") if 0xA1 <= byte <= 0xDF else UNKNOWN


_DECODING = "".join(map(_character, range(256)))
_ENCODING = codecs.charmap_build(_DECODING)


def encode(text: str) -> bytes:
    """One byte a character. Raises UnicodeEncodeError for what JIS X 0201 doesn't have."""
    return codecs.charmap_encode(text, "strict", _ENCODING)[0]


def decode(data: bytes) -> str:
    """One character a byte, so that positions stay; bytes outside JIS X 0201 become U+FFFD."""
    return codecs.charmap_decode(data, "strict", _DECODING)[0]
