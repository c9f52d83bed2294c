"""Units and currencies as they are written with digits in Japanese text, and their names."""

from __future__ import annotations

import re

UNITS = {
    "mm": "ミリメートル", "cm": "センチメートル", "m": "メートル", "km": "キロメートル", "nm": "ナノメートル",
    "μm": "マイクロメートル", "um": "マイクロメートル", "in": "インチ", "inch": "インチ", "ft": "フィート",
    "yd": "ヤード",
    "mi": "マイル", "mile": "マイル", "miles": "マイル",
    "mg": "ミリグラム", "g": "グラム", "kg": "キログラム", "t": "トン", "lb": "ポンド", "lbs": "ポンド",
    "oz": "オンス",
    "μg": "マイクログラム", "ug": "マイクログラム",
    "ml": "ミリリットル", "mL": "ミリリットル", "dl": "デシリットル", "dL": "デシリットル", "cl": "センチリットル",
    "l": "リットル", "L": "リットル", "kl": "キロリットル", "kL": "キロリットル", "cc": "シーシー",
    "gal": "ガロン",
    "m2": "平方メートル", "km2": "平方キロメートル", "cm2": "平方センチメートル", "mm2": "平方ミリメートル",
    "m3": "立方メートル", "km3": "立方キロメートル", "cm3": "立方センチメートル", "mm3": "立方ミリメートル",
    "ha": "ヘクタール",
    "s": "秒", "sec": "秒", "ms": "ミリ秒", "min": "分", "h": "時間", "hr": "時間",
    "°C": "度", "℃": "度", "ºC": "度", "°F": "度", "℉": "度", "°": "度", "º": "度", "K": "ケルビン",
    "W": "ワット", "mW": "ミリワット", "kW": "キロワット", "KW": "キロワット", "MW": "メガワット",
    "GW": "ギガワット",
    "Wh": "ワット時", "kWh": "キロワット時", "KWh": "キロワット時", "MWh": "メガワット時", "V": "ボルト",
    "mV": "ミリボルト",
    "kV": "キロボルト", "A": "アンペア", "mA": "ミリアンペア", "mAh": "ミリアンペア時", "Ah": "アンペア時",
    "Ω": "オーム",
    "kΩ": "キロオーム", "lx": "ルクス", "lm": "ルーメン", "Hz": "ヘルツ", "kHz": "キロヘルツ", "KHz": "キロヘルツ",
    "MHz": "メガヘルツ", "GHz": "ギガヘルツ", "Pa": "パスカル", "hPa": "ヘクトパスカル", "kPa": "キロパスカル",
    "MPa": "メガパスカル", "mbar": "ミリバール", "J": "ジュール", "kJ": "キロジュール", "cal": "カロリー",
    "kcal": "キロカロリー", "N": "ニュートン", "dB": "デシベル", "rpm": "回転毎分", "mph": "マイル毎時",
    "kph": "キロメートル毎時",
    "mol": "モル", "kn": "ノット", "fps": "フレーム毎秒", "px": "ピクセル", "ppm": "ピーピーエム",
    "B": "バイト", "KB": "キロバイト", "kB": "キロバイト", "MB": "メガバイト", "GB": "ギガバイト",
    "TB": "テラバイト",
    "kbps": "キロビーピーエス", "Mbps": "メガビーピーエス", "Gbps": "ギガビーピーエス",
}  # fmt: skip
_COMPATIBLE = {
    "㎜": "mm", "㎝": "cm", "㎞": "km", "㎎": "mg", "㎏": "kg", "㎖": "ml", "㎗": "dl", "㎡": "m2", "㎢": "km2",
    "㎠": "cm2",
    "㎥": "m3", "㎤": "cm3", "㏄": "cc", "ℓ": "l", "㎐": "Hz", "㎑": "kHz", "㎒": "MHz", "㎓": "GHz",
    "㎾": "kW", "㎸": "kV",
    "㎩": "Pa", "㎪": "kPa", "㏈": "dB", "㎧": "m/s", "㏊": "ha", "㍱": "hPa", "µ": "μ", "²": "2", "³": "3",
}  # fmt: skip
_FOLD = str.maketrans(_COMPATIBLE)
_EVERY = {
    "h": "毎時",
    "s": "毎秒",
    "sec": "毎秒",
    "s2": "毎秒毎秒",
    "min": "毎分",
    "秒": "毎秒",
    "時": "毎時",
    "分": "毎分",
}

_PER = r"(?:/(?:kWh|km2|m2|m3|[mk]?m[²³]|km|min|sec|s[²2]|[hsLlg]|kg|ml|dL|[mk]?[lL]|日|時|分|秒|人|回|月|年|個))"
WRITTEN = (
    r"(?:(?:[mk]?[Ww]h|K?Wh|mol|mAh|[kKMG]Hz|[kMG]bps|mbar|kcal|miles?|inch|[khM]Pa|[°º][CF]|"
    r"[nµμukcdm]?m[²³23]?|lbs?|hr"
    r"|[µμumk]?g|[mcdk]?[lL]|[mkKMG]?W|MWh|Ah|[mk]?V|m?A|k?Ω|lx|lm|Hz|Pa|k?J|cal|dB|rpm|mph|kph|kn|ppm|fps|"
    r"px|in|ft|mi|yd|"
    r"oz|cc|gal|ha|sec|ms|min|[kKMGT]B|[tsh]|"
    r"[㎜㎝㎞㎎㎏㎖㎗㎡㎢㎠㎥㎤㏄ℓ㎐㎑㎒㎓㎾㎸㎩㎪㏈㎧㏊㍱℃℉°º])(?![A-Za-z0-9])" + _PER + r"?(?![A-Za-z0-9²³]))"
)
"""A unit in letters or signs, as it stands after a number."""

CURRENCIES = {
    "$": "ドル", "US$": "ドル", "USD": "ドル", "€": "ユーロ", "EUR": "ユーロ", "£": "ポンド", "GBP": "ポンド",
    "¥": "円", "JPY": "円",
    "CNY": "元", "RMB": "元", "HK$": "香港ドル", "HKD": "香港ドル", "NT$": "台湾ドル", "TWD": "台湾ドル",
    "A$": "豪ドル",
    "AUD": "豪ドル", "C$": "カナダドル", "CAD": "カナダドル", "S$": "シンガポールドル",
    "SGD": "シンガポールドル", "₩": "ウォン",
    "KRW": "ウォン", "₽": "ルーブル", "RUB": "ルーブル", "₹": "ルピー", "INR": "ルピー", "฿": "バーツ",
    "THB": "バーツ",
    "CHF": "スイスフラン", "₫": "ドン", "₿": "ビットコイン", "₺": "リラ", "₱": "ペソ", "R$": "レアル",
    "¢": "セント",
}  # fmt: skip
CENTS = {"ドル": "セント", "ユーロ": "セント", "ポンド": "ペンス", "豪ドル": "セント", "カナダドル": "セント"}
CURRENCY = "(?:" + "|".join(re.escape(sign) for sign in sorted(CURRENCIES, key=len, reverse=True)) + ")"


def unit(written: str) -> tuple[str, str]:
    """What is said before and after the number: `℉` is ("華氏", "度"), `km/h` is ("", "キロメートル毎時")."""
    name, _, per = written.translate(_FOLD).partition("/")
    spoken = UNITS.get(name) or UNITS[name.lower()]
    lead = "華氏" if name in {"°F", "℉", "ºF"} else ""
    if not per:
        return lead, spoken
    return lead, spoken + (_EVERY.get(per) or f"毎{UNITS.get(per, per)}")
