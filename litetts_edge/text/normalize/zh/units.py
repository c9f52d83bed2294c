"""Units and currencies as they are written with digits in Chinese text, and their names."""

from __future__ import annotations

import re

UNITS = {
    "mm": "毫米", "cm": "厘米", "dm": "分米", "m": "米", "km": "公里", "nm": "纳米", "μm": "微米", "um": "微米",
    "in": "英寸", "ft": "英尺", "mi": "英里", "yd": "码", "mile": "英里", "miles": "英里",
    "mg": "毫克", "g": "克", "kg": "千克", "t": "吨", "lb": "磅", "lbs": "磅", "oz": "盎司", "μg": "微克",
    "ug": "微克",
    "ml": "毫升", "mL": "毫升", "l": "升", "L": "升", "cc": "毫升", "cl": "厘升", "dl": "分升", "gal": "加仑",
    "m2": "平方米", "km2": "平方公里", "cm2": "平方厘米", "mm2": "平方毫米",
    "m3": "立方米", "km3": "立方公里", "cm3": "立方厘米", "mm3": "立方毫米", "ha": "公顷",
    "s": "秒", "sec": "秒", "ms": "毫秒", "min": "分钟", "h": "小时", "hr": "小时", "hrs": "小时",
    "°C": "摄氏度", "℃": "摄氏度", "°F": "华氏度", "℉": "华氏度", "°": "度", "º": "度", "ºC": "摄氏度",
    "W": "瓦", "mW": "毫瓦", "kW": "千瓦", "KW": "千瓦", "MW": "兆瓦", "GW": "吉瓦",
    "Wh": "瓦时", "kWh": "千瓦时", "KWh": "千瓦时", "MWh": "兆瓦时", "V": "伏", "mV": "毫伏", "kV": "千伏",
    "mA": "毫安", "mAh": "毫安时", "Ah": "安时", "Ω": "欧姆", "kΩ": "千欧", "lx": "勒克斯", "lm": "流明",
    "Hz": "赫兹", "kHz": "千赫", "KHz": "千赫", "MHz": "兆赫", "GHz": "吉赫", "Pa": "帕", "hPa": "百帕",
    "kPa": "千帕",
    "MPa": "兆帕", "mbar": "毫巴", "bar": "巴", "J": "焦耳", "kJ": "千焦", "cal": "卡", "kcal": "千卡",
    "dB": "分贝",
    "dBm": "分贝毫瓦", "rpm": "转每分钟", "mph": "英里每小时", "kmh": "公里每小时", "kph": "公里每小时",
    "kn": "节", "mol": "摩尔", "kbps": "千比特每秒", "Mbps": "兆比特每秒", "Gbps": "吉比特每秒",
    "ppm": "ppm", "fps": "帧每秒", "px": "像素",
}  # fmt: skip
_COMPATIBLE = {
    "㎜": "mm", "㎝": "cm", "㎞": "km", "㎎": "mg", "㎏": "kg", "㎖": "ml", "㎡": "m2", "㎢": "km2", "㎠": "cm2",
    "㎥": "m3", "㎤": "cm3", "㏄": "cc", "ℓ": "l", "㎐": "Hz", "㎑": "kHz", "㎒": "MHz", "㎓": "GHz",
    "㎾": "kW", "㎸": "kV",
    "㎩": "Pa", "㎪": "kPa", "㏈": "dB", "㎧": "m/s", "µ": "μ", "²": "2", "³": "3",
}  # fmt: skip
_FOLD = str.maketrans(_COMPATIBLE)

_PER = (
    r"(?:/(?:kWh|km2|m2|m3|[mk]?m[²³]|km|min|[hsLlg]|kg|ml"
    r"|天|小时|分钟|秒|人|次|月|年|吨|公斤|千克|平方米|立方米|升|公里|个|件))"
)
WRITTEN = (
    r"(?:(?:[mk]?[Ww]h|K?Wh|[mk]?mol|mAh|[kKMG]Hz|[kMG]bps|dBm|mbar|kcal|miles?|[khM]Pa|[°º][CF]|"
    r"[nµμukcdm]?m[²³23]?|lbs?|hrs?"
    r"|[µμumk]?g|[mcd]?[lL]|[mkKMG]?W|MWh|Ah|[mk]?V|mA|k?Ω|lx|lm|Hz|Pa|bar|k?J|cal|dB|rpm|mph|kmh|kph|kn|"
    r"ppm|fps|px|in|ft|mi|yd|"
    r"oz|cc|gal|ha|sec|ms|min|[tsh]|[㎜㎝㎞㎎㎏㎖㎡㎢㎠㎥㎤㏄ℓ㎐㎑㎒㎓㎾㎸㎩㎪㏈㎧℃℉°º])(?![A-Za-z0-9])"
    + _PER
    + r"?(?![A-Za-z0-9²³]))"
)
"""A unit in letters or signs, as it stands after a number."""

CURRENCIES = {
    "$": "美元", "US$": "美元", "USD": "美元", "€": "欧元", "EUR": "欧元", "£": "英镑", "GBP": "英镑",
    "¥": "元", "CNY": "元",
    "RMB": "元", "JPY": "日元", "HK$": "港元", "HKD": "港元", "NT$": "新台币", "TWD": "新台币", "A$": "澳元",
    "AUD": "澳元",
    "C$": "加元", "CAD": "加元", "S$": "新加坡元", "SGD": "新加坡元", "₩": "韩元", "KRW": "韩元", "₽": "卢布",
    "RUB": "卢布",
    "₹": "印度卢比", "INR": "印度卢比", "฿": "泰铢", "THB": "泰铢", "CHF": "瑞士法郎", "₫": "越南盾",
    "₿": "比特币",
    "MOP": "澳门元", "MOP$": "澳门元", "₺": "里拉", "₱": "比索", "R$": "雷亚尔", "NZ$": "新西兰元", "¢": "美分",
}  # fmt: skip
CURRENCY = "(?:" + "|".join(re.escape(sign) for sign in sorted(CURRENCIES, key=len, reverse=True)) + ")"


def unit(written: str) -> tuple[str, str]:
    """The name of a unit, and what it is per: `km/h` is ("公里", "每小时"). The second may be empty."""
    name, _, per = written.translate(_FOLD).partition("/")
    spoken = UNITS.get(name) or UNITS[name.lower()]
    return spoken, f"每{UNITS.get(per, per)}" if per else ""
