"""The signs that texts are written with, the drawing of a flow, references to the printed manual, the search."""

import pytest

from hoshou.plugins.guides.rules.flow import Step, split_lanes, stages
from hoshou.plugins.guides.rules.golden import golden
from hoshou.plugins.guides.rules.kinds import Audience, Lane
from hoshou.plugins.guides.rules.manual import Manual, Place
from hoshou.plugins.guides.rules.markup import Heading, Items, Look, Paragraph, Table, blocks, spans
from hoshou.plugins.guides.rules.search import contains_all, search_terms


def words(line: object) -> str:
    return "".join(span.text for span in line)  # type: ignore[attr-defined]


def test_blocks_are_told_apart() -> None:
    heading, paragraph, bullets, numbered, last = blocks("## 表題\n一行\n二行\n- 甲\n- 乙\n1. 先\n2. 後\n終わり")
    assert isinstance(heading, Heading)
    assert words(heading.line) == "表題"
    assert isinstance(paragraph, Paragraph)
    assert [words(line) for line in paragraph.lines] == ["一行", "二行"]
    assert isinstance(bullets, Items)
    assert not bullets.numbered
    assert isinstance(numbered, Items)
    assert numbered.numbered
    assert [words(line) for line in numbered.lines] == ["先", "後"]
    assert isinstance(last, Paragraph)


def test_a_table_has_rows_with_cells_of_their_own() -> None:
    (table, after) = blocks("|場合|対応|\n|ア|\na\n- 項\n|\nb\n|イ|\nc\n||\n後")
    assert isinstance(table, Table)
    assert [words(head) for head in table.heads] == ["場合", "対応"]
    assert [(words(row.head), len(row.cells)) for row in table.rows] == [("ア", 2), ("イ", 1)]
    assert [type(block) for block in table.rows[0].cells[0]] == [Paragraph, Items]
    assert isinstance(after, Paragraph)


@pytest.mark.parametrize(
    "text",
    ["||", "|", "|a|", "|a|b|", "|a|b|\n|\nx", "**", "____", "- ", "## ", "1.", "-", "\n\n", "|a|b|\nx\n|a|b|"],
)
def test_what_is_no_sign_is_text_and_nothing_fails(text: str) -> None:
    assert isinstance(blocks(text), tuple)


@pytest.mark.parametrize(
    ("text", "looks"),
    [
        ("**強**と__線__", [Look.STRONG, Look.PLAIN, Look.UNDERLINED]),
        ("詳細は7ページをご参照", [Look.PLAIN, Look.PAGE, Look.PLAIN]),
        ("see page 14.", [Look.PLAIN, Look.PAGE, Look.PLAIN]),
        ("12345ページ", [Look.PLAIN]),
        ("URL：https://www.sonpo.or.jp/index.html。", [Look.PLAIN, Look.LINK, Look.PLAIN]),
        ("javascript:alert(1) http://a.example", [Look.PLAIN]),
        ("{domain_contact_email}", [Look.MAIL]),
        ("info@mail.sonpo-hosyou-syouken.jp", [Look.PLAIN]),
    ],
)
def test_pieces_of_a_line(text: str, looks: list[Look]) -> None:
    assert [span.look for span in spans(text)] == looks
    assert words(spans(text)) == text.replace("**", "").replace("__", "")


@pytest.mark.parametrize(("page", "key"), [(6, None), (7, "domains"), (9, "flow"), (13, "flow"), (99, "form")])
def test_a_page_of_the_manual_is_found_where_it_begins_or_goes_on(page: int, key: str | None) -> None:
    manual = Manual([Place(14, "form", ""), Place(7, "domains", ""), Place(8, "flow", "")])
    found = manual.find(page)
    assert (found and found.key) == key


@pytest.mark.req("A-083")
@pytest.mark.parametrize(
    ("query", "text", "found"),
    [
        ("ﾊﾟｽﾜｰﾄﾞ", "閲覧用パスワード", True),
        ("ぱすわーど", "閲覧用パスワード", True),
        ("ｕｒｌ", "閲覧用URL", True),
        ("Ｑ９", "Q9", True),
        ("キヤツシユ", "キャッシュ", True),
        ("閲覧用　紛失", "閲覧用URL・閲覧用パスワード情報を紛失しました。", True),
        ("閲覧用 期限", "閲覧用URLを紛失しました。", False),
        ("", "何でも", True),
    ],
)
def test_words_are_found_however_they_are_typed(query: str, text: str, found: bool) -> None:
    assert contains_all(search_terms(query), text) is found


@pytest.mark.req("A-083")
def test_what_concerns_both_concerns_each() -> None:
    shown = {audience: [one for one in Audience if one.concerns(audience)] for audience in (None, *Audience)}
    assert shown[None] == list(Audience)
    assert shown[Audience.ORDERER] == [Audience.ORDERER, Audience.BOTH]
    assert shown[Audience.CONTRACTOR] == [Audience.CONTRACTOR, Audience.BOTH]
    assert shown[Audience.BOTH] == [Audience.BOTH]


def step(stage: int, lane: Lane, *from_lanes: Lane) -> Step:
    return Step(stage, lane, from_lanes, False, "", ())


@pytest.mark.req("A-086")
def test_stages_stand_in_order_and_ways_lead_from_lane_to_lane() -> None:
    drawn = stages(
        [
            step(7, Lane.SYSTEM, Lane.AGENCY, Lane.INSURER),
            step(2, Lane.INSURER),
            step(2, Lane.AGENCY),
            step(9, Lane.ORDERER, Lane.SYSTEM),
        ]
    )
    assert [stage.number for stage in drawn] == [1, 2, 3]
    assert [one.lane for one in drawn[0].steps] == [Lane.AGENCY, Lane.INSURER]
    assert [way.path for way in drawn[1].ways] == ["M 250 0 V 20 H 450 V 40", "M 350 0 V 20 H 450 V 40"]
    assert [way.path for way in drawn[2].ways] == ["M 450 0 V 20 H 50 V 40"]


@pytest.mark.req("A-086", "A-018")
def test_every_golden_way_starts_at_a_box_of_the_stage_before() -> None:
    entries = golden("steps")
    for entry in entries:
        before = {
            other["lane"]
            for other in entries
            if other["flow"] == entry["flow"] and other["stage"] == entry["stage"] - 1
        }
        assert {lane.value for lane in split_lanes(entry["from_lanes"])} <= before, entry
        assert entry["from_lanes"] or entry["stage"] == 1
