"""Banks and branches by code, name or kana (B-080)."""

import subprocess
import sys

import pytest
import zengin_code

from hoshou.base.errors import Refused
from hoshou.plugins.debits.rules.banks import (
    Office,
    banks_like,
    branches_of,
    find_bank,
    find_branch,
    kana_for_file,
)
from hoshou.plugins.debits.zengin.characters import STORE_NAME
from hoshou.plugins.debits.zengin.layout import DATA


@pytest.mark.req("B-080")
@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("0001", "0001"),
        (" ０００１　みずほ ", "0001"),
        ("0001 みずほ", "0001"),
        ("みずほ", "0001"),
        ("みずほ銀行", "0001"),
        ("ミズホ", "0001"),
        ("ﾐｽﾞﾎ", "0001"),
        ("三菱UFJ銀行", "0005"),
        ("ミツビシユーエフジェイ", "0005"),
        ("ゆうちょ銀行", "9900"),
        ("住信SBIネット銀行", "0038"),
    ],
)
def test_a_bank_is_found_as_people_write_it(typed: str, code: str) -> None:
    assert find_bank(typed).code == code


@pytest.mark.parametrize(
    ("typed", "code"),
    [("240", "240"), ("新宿", "240"), ("新宿支店", "240"), ("シンジュク", "240"), ("２４０", "240")],
)
def test_so_is_a_branch(typed: str, code: str) -> None:
    assert find_branch(find_bank("0001"), typed).code == code


@pytest.mark.req("B3")
@pytest.mark.parametrize(
    ("typed", "code", "sentence"),
    [
        ("9999", "bank_unknown", "「9999」という金融機関はありません。金融機関コード（4桁）をご確認ください。"),
        ("1", "bank_unknown", "「1」という金融機関はありません。金融機関コード（4桁）をご確認ください。"),
        (
            "みずほ信",
            "bank_ambiguous",
            "「みずほ信」だけでは金融機関が決まりません。コードで指定してください：0289 みずほ信託",
        ),
        (" ", "required", "入力してください。"),
    ],
)
def test_nothing_is_guessed(typed: str, code: str, sentence: str) -> None:
    with pytest.raises(Refused) as refused:
        find_bank(typed)
    assert (refused.value.code, refused.value.field, str(refused.value)) == (code, "bank", sentence)


def test_an_unknown_branch_is_told_with_its_bank() -> None:
    with pytest.raises(Refused) as refused:
        find_branch(find_bank("0001"), "999")
    assert str(refused.value) == "「みずほ」に「999」という支店はありません。支店コード（3桁）をご確認ください。"


def test_what_is_offered_while_typing_begins_with_it() -> None:
    assert [str(bank) for bank in banks_like("みず")][:2] == ["0001 みずほ", "0289 みずほ信託"]
    assert [str(branch) for branch in branches_of("みずほ", "しんじゅくに")] == ["353 新宿西口"]
    assert len(banks_like("信")) == 10
    assert banks_like(" ") == branches_of("9999", "1") == []


@pytest.mark.req("B-067", "B3")
def test_every_name_fits_the_field_of_the_file() -> None:
    """Foreign banks whose kana has a ． are written without a name, which is optional."""
    room, nameless = DATA.field("bank_name").length, []
    for bank in zengin_code.Bank.all.values():
        for one in (bank, *[*bank.branches.values()][:3]):
            written = kana_for_file(Office(one.code, one.name, one.kana), STORE_NAME)
            assert len(written) <= room
            if not written:
                nameless.append(one.kana)
    assert 0 < len(nameless) < 20
    assert all("．" in kana for kana in nameless)


def test_nobody_pays_for_the_data_unasked() -> None:
    asked = "import sys, hoshou.plugins.debits.rules.accounts; sys.exit('zengin_code' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", asked], check=False).returncode == 0
