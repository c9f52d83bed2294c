"""What is read digit by digit or sign by sign: telephones, identifiers, versions, addresses, single signs."""

from __future__ import annotations

import re

from litetts_edge.text.normalize.ja.numbers import cardinal, number, one_by_one
from litetts_edge.text.normalize.scan import Rule, before, reading
from litetts_edge.text.normalize.signs import VERSION, addresses, enclosed_rules, is_ip, sign_rule, spelled
from litetts_edge.text.tokens import Reading

_ENDLESS = re.compile("[0-9]{21,}+")
_PHONE = re.compile(
    r"(?<![0-9A-Za-z.\-])(?:0[0-9]{1,4}[- ][0-9]{1,4}[- ][0-9]{3,4}"
    r"|[(（]?0[0-9]{1,4}[)）][- ]?[0-9]{1,4}-[0-9]{3,4}"
    r"|0[0-9]{1,4}[(（][0-9]{1,4}[)）][0-9]{3,4}"
    r"|0[0-9]{9,10}|\+[0-9]{1,3}(?:[- ][0-9]{1,5}){2,4})(?![0-9]|[-.][0-9])"
)
_POSTCODE = re.compile(r"〒 ?([0-9]{3})-?([0-9]{4})(?![0-9])")
_POSTCODE_BARE = re.compile(r"(?<![0-9\-])([0-9]{3})-([0-9]{4})(?![0-9\-])")
_IDENTIFIER = re.compile(r"(?P<n>[0-9]{3,24}(?:-[0-9]{2,8}){0,3})(?![0-9.,:%\-]*[0-9])")
_AFTER_IDENTIFIER = re.compile(
    r"(?:番号|コード|パスワード|暗証番号|口座|ID|id|No\.|電話|TEL|Tel|内線|会員番号|注文番号|ダイヤル|"
    r"局番)[はが:： 、#]{0,3}$"
)
_EMERGENCY = re.compile(r"(?P<n>110|119|118|117|177|104|171)(?=番)")
_MODEL = re.compile(r"(?<=[A-Za-z])(?P<dash>-?)(?P<n>[0-9]{1,20})(?![0-9.,%]*[0-9%])")
_ADDRESS = re.compile(r"(?<![0-9A-Za-z.\-])[0-9]{1,4}(?:-[0-9]{1,5}){2,4}(?![0-9\-])")
_ELECTRONIC = addresses("com|jp|net|org|gov|edu|io|tv")
_SIGNS = {
    ".": "ドット", "/": "スラッシュ", ":": "コロン", "@": "アットマーク", "-": "ハイフン", "_": "アンダーバー",
    "?": "クエスチョン",
    "=": "イコール", "&": "アンド", "#": "シャープ", "%": "パーセント", "+": "プラス", "~": "チルダ",
    "!": "ビックリマーク",
    "$": "ドル", "'": "アポストロフィ", "*": "アスタリスク",
}  # fmt: skip
SIGNS_ALONE = {
    "&": "アンド", "@": "アットマーク", "+": "プラス", "=": "イコール", "×": "かける", "÷": "割る",
    "<": "小なり", ">": "大なり",
    "≤": "小なりイコール", "≥": "大なりイコール", "≠": "ノットイコール", "±": "プラスマイナス", "℃": "度",
    "℉": "華氏", "°": "度",
    "%": "パーセント", "‰": "パーミル", "№": "ナンバー", "$": "ドル", "€": "ユーロ", "£": "ポンド", "¥": "円",
    "㎡": "平方メートル",
    "㎏": "キログラム", "㎞": "キロメートル", "㎝": "センチメートル", "㎜": "ミリメートル", "√": "ルート",
    "∞": "無限大", "π": "パイ",
    "Ω": "オーム", "μ": "マイクロ", "#": "シャープ", "²": "の二乗", "³": "の三乗", "㌔": "キロ",
    "㍍": "メートル", "㌢": "センチ",
    "㌘": "グラム", "㌧": "トン", "㌦": "ドル", "㍑": "リットル", "㌫": "パーセント", "㌻": "ページ",
    "㌶": "ヘクタール", "㍗": "ワット",
    "㌍": "カロリー", "㍉": "ミリ", "㈱": "株式会社", "㈲": "有限会社", "㍻": "平成", "㍼": "昭和",
    "㍽": "大正", "㍾": "明治",
    "㋿": "令和", "〒": "郵便番号", "℡": "電話", "※": "", "*": "", "^": "",
}  # fmt: skip


def telephone(written: str) -> str:
    """Digits one by one, の between groups, as it is said."""
    plus = "プラス" if written.startswith("+") else ""
    return plus + "の".join(map(one_by_one, _groups(written)))


def _groups(written: str) -> list[str]:
    groups: list[str] = re.findall("[0-9]+", written)
    if len(groups) == 1 and len(groups[0]) == 11 and groups[0][0] == "0":
        return [groups[0][:3], groups[0][3:7], groups[0][7:]]
    if len(groups) == 1 and len(groups[0]) == 10 and groups[0][:2] in {"03", "06"}:
        return [groups[0][:2], groups[0][2:6], groups[0][6:]]
    return groups


def electronic(written: str) -> str:
    """An address, its letters as words and its signs by name."""
    return spelled(written, one_by_one, _SIGNS)


def _identifier(match: re.Match[str]) -> Reading | None:
    if not _AFTER_IDENTIFIER.search(before(match, 12)):
        return None
    return reading(match, "id", "の".join(map(one_by_one, match["n"].split("-"))), 0.1)


def _model(match: re.Match[str]) -> Reading | None:
    digits = match["n"]
    alone = len(digits) > 3 or digits[0] == "0" or (len(digits) == 3 and not digits.endswith("00"))
    return reading(match, "id", one_by_one(digits) if alone and len(digits) > 1 else cardinal(digits), 0.2)


def _version(match: re.Match[str]) -> Reading:
    parts = match[0].split(".")
    if is_ip(parts):
        return reading(match, "ip", "点".join(map(one_by_one, parts)))
    return reading(match, "version", "点".join(map(number, parts)))


FIRST: tuple[Rule, ...] = (
    (_ENDLESS, lambda m: reading(m, "digits", one_by_one(m[0]))),
    (_ELECTRONIC, lambda m: reading(m, "electronic", electronic(m[0]))),
)
RULES: tuple[Rule, ...] = (
    (_PHONE, lambda m: reading(m, "phone", telephone(m[0]))),
    (_POSTCODE, lambda m: reading(m, "id", f"郵便番号{one_by_one(m[1])}の{one_by_one(m[2])}")),
    (_POSTCODE_BARE, lambda m: reading(m, "id", f"{one_by_one(m[1])}の{one_by_one(m[2])}", 0.2)),
    (_EMERGENCY, lambda m: reading(m, "phone", telephone(m["n"]))),
    (_IDENTIFIER, _identifier),
    (VERSION, _version),
    (_ADDRESS, lambda m: reading(m, "id", "の".join(number(part) for part in m[0].split("-")), 0.2)),
    (
        re.compile(r"(?<![A-Za-z])[Nn][Oo]\. ?([0-9]{1,4})(?![0-9.])"),
        lambda m: reading(m, "id", "ナンバー" + cardinal(m[1])),
    ),
)
LAST: tuple[Rule, ...] = (
    (_MODEL, _model),
    (
        re.compile(r"(?<=[\u4e00-\u9fff])~(?=[\u4e00-\u9fff\u30a0-\u30ff0-9])"),
        lambda m: reading(m, "range", "から", 0.3),
    ),
    *enclosed_rules(cardinal),
)
SIGNS: tuple[Rule, ...] = (sign_rule(SIGNS_ALONE),)
