"""Chinese number words, simplified characters, as they are said in the mainland."""

from __future__ import annotations

DIGITS = "零一二三四五六七八九"
_PLACES = ("", "十", "百", "千")
_GROUPS = ("", "万", "亿", "万亿", "亿亿")
_LONGEST = 4 * len(_GROUPS)
"""Digits of the longest number that has words; longer ones are read digit by digit."""

# 2 is 两 before what is counted or measured, and 二 where it names a place in an order (二月, 二号, 二楼, 二级).
_COUNTED = tuple(
    """
    个 個 只 隻 件 本 张 張 条 條 位 名 家 次 年 天 周 星期 礼拜 小时 小時 分钟 分鐘 秒 点 點
    块 元 美元 欧元 英镑 日元 港元 港币 角 毛 公里 千米 米 厘米 毫米 公分 英里 英寸 英尺 海里 里 尺
    寸 丈 斤 公斤 千克 克 吨 磅 两 升 毫升 度 摄氏度 华氏度 人 岁 歲 口 头 匹 辆 輛 架 艘 台 臺
    部 座 栋 间 間 所 套 双 对 副 份 篇 首 幅 句 段 行 页 册 杯 瓶 碗 盘 盒 箱 包 袋 桶 罐
    根 支 枝 棵 朵 颗 粒 滴 片 层 道 门 扇 把 顶 身 场 届 起 例 笔 项 種 种 样 类 倍 半 分之
    折 下 遍 趟 回 阵 顿 番 百 千 万 萬 亿 億 兆 平方 立方 公顷 亩 千瓦 瓦 伏 安 赫兹 兆赫 吉赫
    帕 百帕 千帕 兆帕 焦 千焦 卡 大卡 分贝 毫克 毫秒 毫安 盎司 加仑 海哩 光年 世纪 晚 夜 夫妻 国 國
    校 队 隊 组 組 边 邊 侧 端 者 地 方 代人 批 群 伙 枚 发 盏 束 股 缕 处 集 季度 字 步 圈
    拳 刀 桌 车 船 级台阶 名额 票 杆 球 局 胎 女 男 子 岸 会 省 市 县 州 村 户 栏 格 栋楼 毫瓦
    兆瓦 吉瓦 瓦时 千瓦时 毫安时 欧姆 牛 勒克斯 微米 纳米
    """.split()
)
_ORDERED = ("年级", "年級", "点五", "本科", "场地", "班级", "层楼")


def cardinal(digits: str) -> str:
    """A whole number in words: `10500` is 一万零五百. Leading zeros do not count."""
    digits = digits.lstrip("0")
    if not digits:
        return DIGITS[0]
    if len(digits) > _LONGEST:
        return one_by_one(digits)
    words, gap = "", False
    count = -(-len(digits) // 4)
    padded = digits.zfill(4 * count)
    for index in range(count):
        group = padded[4 * index : 4 * index + 4]
        if group == "0000":
            gap = True
            continue
        if words and (gap or group[0] == "0"):
            words += DIGITS[0]
        unit = _GROUPS[count - 1 - index]
        words += (
            "两" if unit and not words and int(group) == 2 else _group(group.lstrip("0"), first=not words)
        ) + unit
        gap = False
    return words.removeprefix("一") if words.startswith("一十") else words


def _group(digits: str, *, first: bool) -> str:
    words, gap = "", False
    for place, digit in zip(range(len(digits) - 1, -1, -1), digits, strict=True):
        if digit == "0":
            gap = True
            continue
        if gap:
            words += DIGITS[0]
            gap = False
        two = digit == "2" and place >= 2 and first and not words
        words += ("两" if two else DIGITS[int(digit)]) + _PLACES[place]
    return words


def ordinal(digits: str) -> str:
    """`3` is 第三."""
    return "第" + cardinal(digits)


def one_by_one(digits: str, one: str = "一") -> str:
    """Each digit by its name; `one` is 幺 in telephone numbers. What is no digit is left out."""
    return "".join(one if digit == "1" else DIGITS[int(digit)] for digit in digits if digit.isdecimal())


def number(written: str) -> str:
    """A number as it is written: `1,234.5`, `-3`, `+3`, `007`, `.5`."""
    sign = {"-": "负", "+": "正", "±": "正负"}.get(written[:1], "")
    whole, point, part = written.lstrip("+-±").replace(",", "").partition(".")
    words = one_by_one(whole) if len(whole) > 1 and whole[0] == "0" else cardinal(whole)
    return sign + words + ("点" + one_by_one(part) if point and part else "")


def counted(written: str, following: str) -> str:
    """A number before what it counts or measures: a lone 2 is 两 there."""
    if written.lstrip("+-±") == "2" and is_counted(following):
        return number(written).replace("二", "两")
    return number(written)


def is_counted(following: str) -> bool:
    """Whether the words that follow are counted or measured."""
    following = following.lstrip(" ")
    return following.startswith(_COUNTED) and not following.startswith(_ORDERED)
