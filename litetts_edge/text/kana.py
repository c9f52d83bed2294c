"""Japanese kana as IPA, in the symbols of misaki's `cutlet` reading (Apache-2.0) that Kokoro was trained on."""

from __future__ import annotations

from functools import cache

_ROWS = {
    "ア": "", "カ": "k", "ガ": "ɡ", "サ": "s", "ザ": "ʣ", "タ": "t", "ダ": "d", "ナ": "n", "ハ": "h", "バ": "b",
    "パ": "p", "マ": "m",
    "ラ": "ɾ",
}  # fmt: skip
_COLUMNS = {
    "ア": "アイウエオ", "カ": "カキクケコ", "ガ": "ガギグゲゴ", "サ": "サシスセソ", "ザ": "ザジズゼゾ",
    "タ": "タチツテト", "ダ": "ダヂヅデド",
    "ナ": "ナニヌネノ", "ハ": "ハヒフヘホ", "バ": "バビブベボ", "パ": "パピプペポ", "マ": "マミムメモ",
    "ラ": "ラリルレロ",
}  # fmt: skip
_OWN = {
    "シ": "ɕi", "ス": "sɨ", "ジ": "ʥi", "ズ": "zɨ", "チ": "ʨi", "ツ": "ʦɨ", "ヂ": "ʥi", "ヅ": "zɨ", "ニ": "ɲi",
    "ヒ": "çi", "フ": "ɸɯ",
    "ヤ": "ja", "ユ": "jɯ", "ヨ": "jo", "ワ": "βa", "ヰ": "i", "ヱ": "e", "ヲ": "o", "ヴ": "vɯ", "ヵ": "ka",
    "ヶ": "ke", "ヮ": "βa",
    "ッ": "ʔ", "ー": "ː",
}  # fmt: skip
_PALATAL = {
    "キ": "kʲ", "ギ": "ɡʲ", "シ": "ɕ", "ジ": "ʥ", "チ": "ʨ", "ヂ": "ʥ", "ニ": "ɲ", "ヒ": "ç", "ビ": "bʲ",
    "ピ": "pʲ", "ミ": "mʲ", "リ": "ɾʲ",
    "テ": "tʲ", "デ": "dʲ", "フ": "ɸʲ", "ヴ": "bʲ",
}  # fmt: skip
_ROUND = {"ク": "kᵝ", "グ": "ɡᵝ", "ツ": "ʦ", "フ": "ɸ", "ヴ": "v", "ウ": "β", "ス": "s", "ズ": "z"}
_SMALL = {"ァ": "a", "ィ": "i", "ゥ": "ɯ", "ェ": "e", "ォ": "o"}
_Y = {"ャ": "a", "ュ": "ɨ", "ョ": "o"}


@cache
def _table() -> dict[str, str]:
    """Each kana, and each pair that is one mora, in katakana."""
    table: dict[str, str] = dict(_SMALL)
    for row, consonant in _ROWS.items():
        for kana, vowel in zip(_COLUMNS[row], "aiɯeo", strict=True):
            soft = "ʲ" if vowel == "i" and consonant else ""
            table[kana] = _OWN.get(kana) or consonant + soft + vowel
    table |= _OWN | {small: "j" + vowel for small, vowel in (("ャ", "a"), ("ュ", "ɯ"), ("ョ", "o"))}
    for kana, sound in _PALATAL.items():
        table |= {kana + small: sound + vowel for small, vowel in _Y.items()}
    for kana, sound in _ROUND.items():
        for small, vowel in _SMALL.items():
            soft = "ʲ" if small == "ィ" and kana in "ツフヴ" else ""
            table[kana + small] = sound + soft + vowel
    for kana in "シジチニヒキギビピミリ":
        table[kana + "ェ"] = _PALATAL[kana] + "e"
    return table | {"イェ": "je", "ティ": "tʲi", "ディ": "dʲi", "トゥ": "tɯ", "ドゥ": "dɯ"}


_NASALS = (("mpb", "m"), ("kɡ", "ŋ"), ("ɲʨʥ", "ɲ"), ("ntdɾz", "n"))


def ipa(katakana: str) -> str:
    """The IPA of one word in katakana, as it is pronounced: `トーキョー` is toːkʲoː. All else is left out."""
    table = _table()
    sounds: list[str] = []
    at = 0
    while at < len(katakana):
        pair = katakana[at : at + 2]
        length = 2 if len(pair) == 2 and pair in table else 1
        kana = katakana[at : at + length]
        sounds.append("ン" if kana == "ン" else table.get(kana, ""))
        at += length
    return "".join(_nasal(sounds[at + 1] if at + 1 < len(sounds) else "") if sound == "ン" else sound
                   for at, sound in enumerate(sounds))  # fmt: skip


def _nasal(following: str) -> str:
    """ン takes the place of the consonant that follows it."""
    return next((nasal for begins, nasal in _NASALS if following[:1] and following[:1] in begins), "ɴ")


def hiragana(katakana: str) -> str:
    """The same in hiragana; ー and what has no hiragana stay."""
    return "".join(chr(ord(kana) - 0x60) if "ァ" <= kana <= "ヶ" else kana for kana in katakana)
