"""What is read digit by digit or sign by sign: telephones, identifiers, versions, addresses, single signs."""

from __future__ import annotations

import re

from litetts_edge.text.normalize.scan import Rule, before, reading
from litetts_edge.text.normalize.signs import VERSION, addresses, enclosed_rules, is_ip, sign_rule, spelled
from litetts_edge.text.normalize.zh.numbers import cardinal, number, one_by_one, ordinal
from litetts_edge.text.tokens import Reading

_CALLED = r"(?:拨打|致电|电话|電話|热线|熱線|手机|手機|拨|打|客服|座机|传真|联系方式|Tel|TEL|tel|报警|急救|火警)"
_PHONE = re.compile(
    r"(?<![0-9A-Za-z.\-])(?:(?:\+?86[- ]?)?1[3-9][0-9][- ]?[0-9]{4}[- ]?[0-9]{4}"
    r"|\(?0[0-9]{2,3}\)?[- ]?[0-9]{3,4}[- ]?[0-9]{4}(?:-[0-9]{1,4})?|0[0-9]{2,3}-[0-9]{3,4}-[0-9]{4}|"
    r"[48]00[- ]?[0-9]{3}[- ]?[0-9]{4}|[48]00-[0-9]{4}-[0-9]{3}"
    r"|\+[0-9]{1,3}(?:[- ][0-9]{2,8}){1,4}|[2-9][0-9]{3}-[0-9]{4})(?![0-9]|[-.][0-9])"
)
_MOBILE = re.compile(r"(1[0-9]{2})([0-9]{4})([0-9]{4})")
_CALLED_NUMBER = re.compile(r"(?P<n>[0-9]{3,12}(?:-[0-9]{2,8}){0,3})(?![0-9.:%元万亿])")
_AFTER_CALLED = re.compile(_CALLED + r"(?:号码|號碼)?[是为:： 了过]{0,3}$")
_EMERGENCY = re.compile(
    r"(?P<n>110|119|120|122|12[0-9]{3}|10086|10010|10000)(?=热线|电话|服务|报警|急救|平台|便民)"
)
_IDENTIFIER = re.compile(r"(?P<n>[0-9]{3,24})(?![0-9.,:%]*[0-9])")
_AFTER_IDENTIFIER = re.compile(
    r"(?:编号|編號|号码|號碼|账号|帐号|賬號|验证码|驗證碼|密码|密碼|邮编|邮政编码|身份证|身份证号|卡号|"
    r"订单|订单号|单号|学号|工号|尾号|代码|QQ|qq|"
    r"航班|车次|群号|序列号|取件码|门牌|口令|房间|房号|ID|id|Id|No\.|编码|微信)[是为号:： #]{0,3}$"
)
_PLACE = re.compile(
    r"(?<![0-9A-Za-z.,])(?P<n>[1-9][0-9]{2,3})(?=室|房(?![子屋价产地])|路(?:公交|车|电车|巴士)|路$|次列车|"
    r"次航班|号房|病房|教室|国道|省道|县道)"
)
_MODEL = re.compile(r"(?<=[A-Za-z])(?P<dash>-?)(?P<n>[0-9]{1,24})(?![0-9.,%]*[0-9%])")
_ADDRESS = re.compile(r"(?<![0-9A-Za-z.\-])[0-9]{1,4}(?:-[0-9]{1,5}){2,4}(?![0-9\-])")
_ELECTRONIC = addresses("com|cn|net|org|gov|edu|io|tv|cc")
_SIGNS = {
    ".": "点", "/": "斜杠", ":": "冒号", "@": "艾特", "-": "杠", "_": "下划线", "?": "问号", "=": "等于",
    "&": "和", "#": "井号", "%": "百分号",
    "+": "加", "~": "波浪号", "!": "叹号", "$": "美元符", "'": "撇", "*": "星号",
}  # fmt: skip
SIGNS_ALONE = {
    "&": "和", "@": "艾特", "+": "加", "=": "等于", "×": "乘", "÷": "除以", "<": "小于", ">": "大于",
    "≤": "小于等于", "≥": "大于等于",
    "≠": "不等于", "≈": "约等于", "±": "正负", "℃": "摄氏度", "℉": "华氏度", "°": "度", "%": "百分号",
    "‰": "千分号", "§": "节", "№": "编号",
    "$": "美元", "€": "欧元", "£": "英镑", "¥": "元", "㎡": "平方米", "㎏": "千克", "㎞": "公里", "㎝": "厘米",
    "㎜": "毫米", "√": "根号",
    "∞": "无穷大", "π": "派", "Ω": "欧姆", "μ": "微", "^": "", "*": "", "#": "井号", "²": "平方", "³": "立方",
    "™": "", "®": "", "©": "",
}  # fmt: skip


def telephone(written: str) -> str:
    """Digits one by one, 1 as 幺, with a pause between groups."""
    plus = "加" if written.startswith("+") else ""
    groups = re.findall(r"[0-9]+", written)
    spread: list[str] = []
    for group in groups:
        mobile = _MOBILE.fullmatch(group)
        spread += mobile.groups() if mobile else [group]
    return plus + "，".join(one_by_one(group, "幺") for group in spread)


def electronic(written: str) -> str:
    """An address, its letters as words and its signs by name."""
    return spelled(written, one_by_one, _SIGNS)


def _called(match: re.Match[str]) -> Reading | None:
    if not _AFTER_CALLED.search(before(match, 12)):
        return None
    return reading(match, "phone", telephone(match["n"]), 0.1)


def _identifier(match: re.Match[str]) -> Reading | None:
    if not _AFTER_IDENTIFIER.search(before(match, 12)):
        return None
    return reading(match, "id", one_by_one(match["n"]), 0.1)


def _place(match: re.Match[str]) -> Reading | None:
    if match["n"].endswith("00"):
        return None
    return reading(match, "id", one_by_one(match["n"], "幺"), 0.3)


def _model(match: re.Match[str]) -> Reading | None:
    digits = match["n"]
    alone = len(digits) > 2 or (len(digits) > 1 and digits[0] == "0")
    return reading(match, "id", one_by_one(digits) if alone else cardinal(digits), 0.2)


def _version(match: re.Match[str]) -> Reading:
    parts = match[0].split(".")
    if is_ip(parts):
        return reading(match, "ip", "点".join(map(one_by_one, parts)))
    return reading(match, "version", "点".join(map(number, parts)))


_ENDLESS = re.compile("[0-9]{21,}+")
FIRST: tuple[Rule, ...] = (
    (_ENDLESS, lambda m: reading(m, "digits", one_by_one(m[0]))),
    (_ELECTRONIC, lambda m: reading(m, "electronic", electronic(m[0]))),
)
RULES: tuple[Rule, ...] = (
    (_PHONE, lambda m: reading(m, "phone", telephone(m[0]))),
    (_CALLED_NUMBER, _called),
    (_EMERGENCY, lambda m: reading(m, "phone", telephone(m["n"]))),
    (_IDENTIFIER, _identifier),
    (_PLACE, _place),
    (VERSION, _version),
    (_ADDRESS, lambda m: reading(m, "id", "杠".join(number(part) for part in m[0].split("-")), 0.4)),
    (
        re.compile(r"(?<![A-Za-z])[Nn][Oo]\. ?([0-9]{1,4})(?![0-9.])"),
        lambda m: reading(m, "ordinal", ordinal(m[1])),
    ),
)
LAST: tuple[Rule, ...] = (
    (_MODEL, _model),
    (
        re.compile(r"(?<=[元角分块币镑米克升次人台月天年斤吨度时])/(?=[\u4e00-\u9fff])"),
        lambda m: reading(m, "symbol", "每"),
    ),
    *enclosed_rules(cardinal),
)
SIGNS: tuple[Rule, ...] = (sign_rule(SIGNS_ALONE),)
