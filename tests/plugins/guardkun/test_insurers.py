"""部店課支社コード・代理店コード as each insurer writes them (Q5)."""

import pytest

from hoshou.base.errors import Refused
from hoshou.plugins.guardkun.rules.insurers import CodeForm, require_office_code

EXAMPLES = {
    CodeForm.MITSUI_SUMITOMO: "AAA00-1234",
    CodeForm.AIOI_NISSAY_DOWA: "RRR00-AB12",
    CodeForm.NISSHIN: "12345-654321",
}
"""The manual's own."""


@pytest.mark.req("B-100")
@pytest.mark.parametrize("form", EXAMPLES)
def test_each_insurer_writes_its_codes_in_its_own_way(form: CodeForm) -> None:
    example = EXAMPLES[form]
    require_office_code(form, example)
    others = [code for of, code in EXAMPLES.items() if of is not form]
    for code in (
        *others,
        example[:-1],
        example + "1",
        example[1:],
        example.replace("-", ""),
        example.lower() + " ",
    ):
        with pytest.raises(Refused) as refused:
            require_office_code(form, code)
        assert refused.value.code == "office_code"
        assert example in str(refused.value)
