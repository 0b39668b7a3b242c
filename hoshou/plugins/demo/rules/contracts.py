# ruff: noqa: E501 - a table reads best with a row on a line
"""The forty contracts of the demo, as a table."""

from dataclasses import dataclass
from enum import Enum

from hoshou.plugins.demo.rules.breakdown import Trade
from hoshou.plugins.demo.rules.certificate import ContractType


class Story(Enum):
    """What happens to a policy after its conclusion."""

    PLAIN = "the certificate alone"
    SCAN = "the certificate alone, scanned"
    ANNEX = "a certificate and its annex"
    LONG_ANNEX = "a certificate and an annex of many pages"
    CHANGE = "a certificate, then a change notice"
    ANNEX_CHANGE = "a certificate, its annex, then a change notice"
    REPLACED = "a wrong certificate, then the right one under the same number"
    REPLACED_SCAN = "a wrong certificate, then the right one, scanned"
    CHANGE_REPLACED = "a certificate, then a wrong change notice, then the right one"


@dataclass(frozen=True)
class Contract:
    """A row of the table: the amount without tax in thousand yen, the conclusion in days before the demo's day."""

    orderer: int
    contract_type: ContractType
    trade: Trade
    project_name: str
    net_thousand_yen: int
    days_ago: int
    term_days: int
    story: Story = Story.PLAIN


_BOND, _BID, _PERFORMANCE = ContractType.BOND, ContractType.BID, ContractType.PERFORMANCE

# fmt: off
CONTRACTS = (
    Contract(0, _BOND, Trade.ROAD, "市道青葉野環状線（第3工区）道路改良および電線共同溝設置工事", 168_000, 150, 352, Story.ANNEX_CHANGE),
    Contract(1, _PERFORMANCE, Trade.BRIDGE, "主要地方道東雲緑ヶ浜線　千鳥野橋橋梁補修工事", 84_500, 143, 270, Story.CHANGE),
    Contract(2, _BID, Trade.BUILDING, "緑ヶ浜市立中央小学校校舎増築工事", 640_000, 12, 60),
    Contract(3, _PERFORMANCE, Trade.SEWER, "町道川原線配水管布設替工事（その2）", 38_200, 137, 180, Story.SCAN),
    Contract(4, _BOND, Trade.RIVER, "潮凪港北ふ頭泊地浚渫工事", 412_000, 131, 420, Story.LONG_ANNEX),
    Contract(5, _PERFORMANCE, Trade.PARK, "桜ヶ瀬河畔公園再整備工事", 27_600, 126, 150),
    Contract(6, _PERFORMANCE, Trade.BUILDING, "北千鳥野市庁舎空調設備更新工事", 118_000, 122, 300, Story.ANNEX),
    Contract(7, _BOND, Trade.SEWER, "朝霧野浄水場〜白鷺野配水池　送水管更新工事", 295_000, 118, 400, Story.LONG_ANNEX),
    Contract(8, _PERFORMANCE, Trade.ROAD, "村道上線災害復旧工事", 19_800, 115, 120, Story.REPLACED),
    Contract(9, _BID, Trade.BUILDING, "瑞穂台市文化会館大規模改修（電気設備）工事", 230_000, 9, 45),
    Contract(0, _PERFORMANCE, Trade.PARK, "青葉野中央公園複合遊具設置工事", 31_400, 110, 140),
    Contract(1, _BOND, Trade.ROAD, "国道バイパス関連県道東雲野停車場線道路新設工事（全7工区）", 980_000, 106, 540, Story.LONG_ANNEX),
    Contract(2, _PERFORMANCE, Trade.RIVER, "緑ヶ浜漁港物揚場改良工事", 96_300, 103, 240, Story.CHANGE_REPLACED),
    Contract(3, _BOND, Trade.BRIDGE, "白鷺野大橋耐震補強工事", 352_000, 99, 480, Story.ANNEX),
    Contract(4, _PERFORMANCE, Trade.BUILDING, "潮凪県立総合武道館屋根改修工事", 142_000, 96, 210),
    Contract(5, _PERFORMANCE, Trade.SEWER, "桜ヶ瀬町公共下水道枝線築造工事（第12工区）", 54_700, 93, 200, Story.CHANGE),
    Contract(6, _BID, Trade.ROAD, "市道千鳥野南北線舗装補修工事", 46_000, 6, 40),
    Contract(7, _PERFORMANCE, Trade.SEWER, "取水ポンプ①号機・②号機更新工事", 73_900, 88, 260, Story.ANNEX),
    Contract(8, _PERFORMANCE, Trade.PARK, "大鷹野キャンプ場駐車場整備工事", 15_200, 85, 90, Story.SCAN),
    Contract(9, _BOND, Trade.BUILDING, "瑞穂台市新学校給食センター建設工事", 1_240_000, 82, 560, Story.ANNEX_CHANGE),
    Contract(0, _PERFORMANCE, Trade.BRIDGE, "東町跨線人道橋塗装塗替工事", 42_800, 78, 160),
    Contract(1, _PERFORMANCE, Trade.RIVER, "一級河川しののめ川護岸整備工事", 128_000, 75, 230, Story.CHANGE),
    Contract(2, _BOND, Trade.SEWER, "緑ヶ浜浄化センター汚泥処理設備改築工事", 560_000, 71, 450, Story.REPLACED_SCAN),
    Contract(3, _PERFORMANCE, Trade.ROAD, "町道役場前線歩道設置工事", 22_500, 68, 130),
    Contract(4, _BID, Trade.RIVER, "潮凪港防波堤（西）延伸工事", 720_000, 4, 50),
    Contract(5, _PERFORMANCE, Trade.BUILDING, "桜ヶ瀬町立こども園新築工事", 318_000, 64, 330, Story.ANNEX),
    Contract(6, _PERFORMANCE, Trade.SEWER, "北千鳥野市雨水幹線築造工事", 176_000, 61, 310, Story.ANNEX_CHANGE),
    Contract(7, _PERFORMANCE, Trade.SEWER, "高区配水池築造に伴う場内配管工事", 88_000, 57, 220),
    Contract(8, _PERFORMANCE, Trade.ROAD, "林道大鷹野線法面対策工事", 33_300, 54, 170, Story.SCAN),
    Contract(9, _PERFORMANCE, Trade.PARK, "瑞穂台駅前広場植栽・照明整備工事", 49_600, 50, 150),
    Contract(0, _BOND, Trade.BUILDING, "青葉野市営住宅東町団地建替工事（第2期）", 870_000, 47, 520, Story.LONG_ANNEX),
    Contract(1, _BID, Trade.BRIDGE, "東雲県道橋梁長寿命化工事（令和8年度その1）", 155_000, 3, 45),
    Contract(2, _PERFORMANCE, Trade.PARK, "緑ヶ浜海浜公園サイクリングロード整備工事", 61_700, 40, 190, Story.REPLACED),
    Contract(3, _PERFORMANCE, Trade.BUILDING, "白鷺野町保健福祉センター外壁改修工事", 57_400, 36, 180),
    Contract(4, _PERFORMANCE, Trade.ROAD, "主要地方道潮凪環状線情報板設置工事", 102_000, 31, 250, Story.ANNEX),
    Contract(5, _PERFORMANCE, Trade.BRIDGE, "桜ヶ瀬橋床版取替工事", 134_000, 27, 280),
    Contract(6, _BID, Trade.BUILDING, "北千鳥野市消防署東分署新築工事", 410_000, 2, 55, Story.SCAN),
    Contract(7, _PERFORMANCE, Trade.SEWER, "石綿セメント管更新工事（令和8年度第5号）", 66_800, 18, 210),
    Contract(8, _PERFORMANCE, Trade.RIVER, "準用河川上川河道掘削工事", 24_900, 13, 120, Story.REPLACED),
    Contract(9, _BOND, Trade.ROAD, "都市計画道路瑞穂台中央線築造工事", 486_000, 8, 430, Story.ANNEX),
)
# fmt: on
