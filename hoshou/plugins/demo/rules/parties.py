"""Who appears in the demo: the eight insurers, and fictional agencies, contractors and orderers.

Mail and web domains end in the reserved ``.example``, so that nothing can ever reach a stranger.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Insurer:
    """A participating insurer; ``code`` is the demo's own two digits, used in policy numbers."""

    code: str
    name: str


@dataclass(frozen=True)
class Agency:
    """An agency, known by its eleven-digit code."""

    code: str
    name: str
    email: str


@dataclass(frozen=True)
class Contractor:
    """A contractor (受注者); ``email`` is where the viewing URL goes."""

    name: str
    address: str
    email: str


@dataclass(frozen=True)
class Orderer:
    """An orderer (発注者): the body, the office that its contracts name, and its mail domain."""

    body: str
    office: str
    domain: str


# In the order of the manual.
INSURERS = (
    Insurer("01", "あいおいニッセイ同和損害保険株式会社"),
    Insurer("02", "ＡＩＧ損害保険株式会社"),
    Insurer("03", "共栄火災海上保険株式会社"),
    Insurer("04", "損害保険ジャパン株式会社"),
    Insurer("05", "大同火災海上保険株式会社"),
    Insurer("06", "東京海上日動火災保険株式会社"),
    Insurer("07", "日新火災海上保険株式会社"),
    Insurer("08", "三井住友海上火災保険株式会社"),
)

AGENCIES = (
    Agency("90010000011", "株式会社みらい野保険サービス", "hoshou@miraino-hoken.example"),
    Agency("90010000022", "有限会社しののめ総合保険", "desk@shinonome-sogo.example"),
    Agency("90010000033", "あさぎり野建設業保険センター株式会社", "bond@asagirino-center.example"),
    Agency("90010000044", "株式会社白鷺野インシュアランス", "shouken@shirasagino-ins.example"),
    Agency("90010000055", "潮凪保険事務所", "info@shionagi-hoken.example"),
    Agency("90010000066", "株式会社千鳥野リスクパートナーズ", "team@chidorino-rp.example"),
)

CONTRACTORS = (
    Contractor("髙嶺﨑建設株式会社", "東雲県青葉野市本町二丁目4番8号", "keiyaku@takanezaki.example"),
    Contractor("株式会社みなとの組", "東雲県緑ヶ浜市港町一丁目12番3号", "soumu@minatonogumi.example"),
    Contractor("東雲野土木工業株式会社", "東雲県東雲野市大手三丁目7番1号", "koumu@shinonomeno-doboku.example"),
    Contractor("しらさぎ野道路株式会社", "朝霧野県白鷺野町字川原118番地", "nyusatsu@shirasagino-road.example"),
    Contractor("有限会社桜ヶ瀬造園", "朝霧野県桜ヶ瀬町中央5番地2", "midori@sakuragase-zouen.example"),
    Contractor("潮凪海洋建設株式会社", "潮凪県潮凪野市埠頭6番10号", "honsha@shionagi-kaiyo.example"),
    Contractor("株式会社千鳥野設備", "東雲県北千鳥野市栄町九丁目2番20号", "setsubi@chidorino.example"),
    Contractor("橋梁テクノあおばの株式会社", "東雲県青葉野市東町四丁目1番1号", "kyoryo@aobano-techno.example"),
    Contractor("大鷹野建設株式会社", "朝霧野県大鷹野村大字上3番地", "info@otakano-kensetsu.example"),
    Contractor("株式会社瑞穂台電気", "東雲県瑞穂台市一番町3番15号", "denki@mizuhodai.example"),
    Contractor(
        "白鷺野・大鷹野特定建設工事共同企業体", "朝霧野県白鷺野町字川原118番地", "jv@shirasagino-road.example"
    ),
    Contractor("株式会社﨑浜野浚渫", "潮凪県潮凪野市入船町2番7号", "umi@sakihamano.example"),
)

ORDERERS = (
    Orderer("青葉野市", "青葉野市長", "city.aobano.example"),
    Orderer("東雲県", "東雲県知事", "pref.shinonome.example"),
    Orderer("緑ヶ浜市", "緑ヶ浜市長", "city.midorigahama.example"),
    Orderer("白鷺野町", "白鷺野町長", "town.shirasagino.example"),
    Orderer("潮凪県", "潮凪県知事", "pref.shionagi.example"),
    Orderer("桜ヶ瀬町", "桜ヶ瀬町長", "town.sakuragase.example"),
    Orderer("北千鳥野市", "北千鳥野市長", "city.kitachidorino.example"),
    Orderer("朝霧野広域水道企業団", "朝霧野広域水道企業団企業長", "suido.asagirino.example"),
    Orderer("大鷹野村", "大鷹野村長", "vill.otakano.example"),
    Orderer("瑞穂台市", "瑞穂台市長", "city.mizuhodai.example"),
)
