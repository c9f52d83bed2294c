"""Italian numbers in words: one word up to a million, without the final vowel before uno and otto."""

from __future__ import annotations

import re

UNDER_20 = """zero uno due tre quattro cinque sei sette otto nove dieci undici dodici tredici quattordici
    quindici sedici
diciassette diciotto diciannove""".split()
TENS = "_ _ venti trenta quaranta cinquanta sessanta settanta ottanta novanta".split()
ORDINALS = "_ primo secondo terzo quarto quinto sesto settimo ottavo nono decimo".split()


def _tens(number: int) -> str:
    if number < 20:
        return UNDER_20[number]
    tens, one = divmod(number, 10)
    if not one:
        return TENS[tens]
    return (TENS[tens][:-1] if one in {1, 8} else TENS[tens]) + UNDER_20[one]


def _hundreds(number: int) -> str:
    """1..999."""
    hundreds, rest = divmod(number, 100)
    head = "" if not hundreds else ("" if hundreds == 1 else UNDER_20[hundreds]) + "cento"
    if head and (rest == 8 or rest // 10 == 8):
        head = head[:-1]  # centotto, centottanta
    return head + (_tens(rest) if rest else "")


def _thousands(number: int) -> str:
    """1..999,999."""
    thousands, rest = divmod(number, 1000)
    head = "" if not thousands else "mille" if thousands == 1 else _hundreds(thousands) + "mila"
    return head + (_hundreds(rest) if rest else "")


def cardinal(number: int, gender: str = "") -> str:
    """0 <= number < 10**18. Before a noun: un ("m") or una ("f"); larger numbers do not agree."""
    if number < 2:
        return "zero" if number == 0 else {"m": "un", "f": "una"}.get(gender, "uno")
    words = []
    scales = ((10**15, "biliardo", "biliardi"), (10**12, "bilione", "bilioni"))
    for power, one, many in (*scales, (10**9, "miliardo", "miliardi"), (10**6, "milione", "milioni")):
        count, number = divmod(number, power)
        if count:
            words.append(f"un {one}" if count == 1 else f"{_hundreds(count)} {many}")
    if number:
        last = _thousands(number)
        last = last[:-3] + "tré" if last.endswith("tre") and last != "tre" else last
        words += ["e", last] if words and number == 1 else [last]
    return " ".join(words)


def ordinal(number: int, gender: str = "m", *, plural: bool = False, before: bool = False) -> str:
    """Primo ... decimo, then -esimo: ventunesimo, ventitreesimo, ventiseiesimo."""
    del before
    if number <= 10:
        word = ORDINALS[number]
    else:
        stem = cardinal(number)
        if stem.endswith("tré"):
            word = stem[:-1] + "eesimo"
        elif stem.endswith("sei"):
            word = stem + "esimo"
        elif stem.endswith("mille"):
            word = stem[:-1] + "simo"
        else:
            word = stem[:-1] + "esimo"
    return word[:-1] + {("m", False): "o", ("f", False): "a", ("m", True): "i", ("f", True): "e"}[gender, plural]


def fraction(over: int, under: int) -> str | None:
    """mezzo, terzo, quarto, centesimo; None for what is no fraction to a listener."""
    if under < 2 or over < 1 or under > 1000 or over > 99 or (over >= under > 10):
        return None
    part = "mezzo" if under == 2 else "millesimo" if under == 1000 else ordinal(under)
    return f"{cardinal(over, 'm')} {part[:-1] + 'i' if over > 1 else part}"


FEMININE = frozenset(
    (
        "mano notte parte classe chiave luce voce legge torre nave nube morte fonte moglie madre estate "
        "crisi tesi base serie specie foto moto auto radio volte carne neve pelle valle stazione"
    ).split()
)
MASCULINE = frozenset(
    (
        "problema tema programma sistema pianeta poeta clima dramma schema diploma panorama artista "
        "turista pilota atleta giornalista ciclista belga collega sosia gorilla vaglia boia"
    ).split()
)
FUNCTION = frozenset(
    """a ad al alla alle agli ai anche c che chi ci come con contro così d da dai dal dalla dalle degli dei del
    della
    delle di dopo due e è era ed fa fino fra fu gli ha hanno i il in invece l la le lo ma mentre ne nel nella
    nelle nei non
    o ogni per perché più poi presso prima quando quella quello se senza si solo sono sopra sotto sta stata stato
    su sua sul
    sulla suo tra un una uno via volta  contro sola""".split()
) - {"volta"}


def agreement(word: str, after: str = "") -> str:
    """Only one agrees: the gender of a singular noun."""
    del after
    low = word.lower()
    if low in FUNCTION or len(low) < 3:
        return ""
    if low in FEMININE:
        return "f"
    if low in MASCULINE:
        return "m"
    if low.endswith(("a", "zione", "sione", "tà", "tù", "trice", "tudine", "gione")):
        return "f"
    if low[0] in "zxy" or low[:2] in {"gn", "ps", "pn"} or (low[0] == "s" and low[1] not in "aeiou"):
        return ""  # uno studente
    return "m" if low.endswith(("o", "e", "r", "t", "l", "k", "m", "n", "p")) else ""


def clock(hour: int, minute: int, marked: bool) -> str:
    """Quattordici e trenta; l'una is written by who writes the article."""
    del marked
    said = cardinal(hour, "f") if hour else "zero"
    return f"{said} e {cardinal(minute)}" if minute else said


def day_part(hour: int, part: str) -> str:
    if part == "a":
        return "del mattino"
    return "di sera" if 6 <= hour < 12 else "del pomeriggio"


def of(word: str) -> str:
    return "di " + word


def elide(words: str) -> str:
    """Una ora -> un'ora."""
    return re.sub(r"\buna (?=[aeio])", "un'", words)


def per_of(word: str) -> str:
    """Al mese, all'ora, alla settimana."""
    if word[0] in "aeiou":
        return "all'" + word
    return ("alla " if agreement(word) == "f" else "al ") + word


def joined(number: int, ending: str) -> str | None:
    """18enne: diciottenne."""
    if ending not in {"enne", "enni"} or number < 11:
        return None
    return cardinal(number)[:-1].removesuffix("é") + ending


def singular(amount: float) -> bool:
    return amount == 1
