"""What no examples teach: readings that hang on one neighbour, a capital, or a sense the data lacks."""

from __future__ import annotations

import re
from collections.abc import Sequence

from litetts_edge.text import homograph_names as names
from litetts_edge.text import homograph_senses as senses
from litetts_edge.text.homograph_place import DETERMINERS, MARKS, TO_BE, Place, Rule, cues


def rule(word: str, kind: str, words: Sequence[str], index: int) -> tuple[int, float] | None:
    """The number of the reading and how sure it is, for `word` in lower case; None when no rule knows.

    `kind` is that of homographs.tsv.
    """
    decide = RULES.get(word) or _OF_KIND.get(kind)
    if not decide:
        return None
    side = decide(Place(words, index))
    return None if side is None else (side, 0.85 if word in _UNSURE else 0.98)


_VOWEL = re.compile(
    r"(?!eu|ew|one(?:s|self)?\b|once|uni(?!n|m)|unan|use|usu|uti|uter|uto|ubi|ura|u\b|uk)[aeiou]|hour|honest|hono|heir"
)


_VOWEL_LETTER = frozenset("AEFHILMNORSX")


def _the(place: Place) -> int:
    following = place.words[place.index + 1] if place.index + 1 < len(place.words) else ""
    consonants = following[:2].isupper() and not set(following[:2]) & set("AEIOUYLRHW")
    if following.isupper() and (len(following) == 1 or consonants):  # letters: the F B I
        return int(following[0] in _VOWEL_LETTER)
    if following[:1] == "8" or following[:2] in {"11", "18"}:
        return 1
    return int(bool(_VOWEL.match(following.lower())))


def _a(place: Place) -> int:
    if place.after in MARKS and place.word == "A":
        return 1
    spelled = [place.words[at] for at in (place.index - 1, place.index + 1) if 0 <= at < len(place.words)]
    if any(len(other) == 1 and other.isupper() and other != "I" for other in spelled):
        return 1
    labelled = cues(
        "vitamin grade plan group class hepatitis section type team letter platform gate terminal "
        "block zone exhibit appendix level series an influenza category flat unit"
    )
    return int(
        place.word == "A" and not place.starts and (place.before in labelled or place.after in {"and", "to"})
    )


def _used(place: Place) -> int:
    if place.after != "to":
        return 0
    before = place.before
    if before in cues(
        "get gets getting got become became becoming grown grew not didn't never i'm he's she's "
        "we're they're you're he she we they i you who also always often so"
    ):
        return 1
    if before in TO_BE or before in cues(
        "commonly mainly widely typically primarily usually generally frequently"
    ):
        person = place.at(-2) in cues("i you we they he she people")
        return int(person or place.at(2).endswith("ing") or place.at(2) in DETERMINERS)
    return int(
        not place.near(
            cues(
                "method methods technique tool tools term process device material word machine money "
                "equipment system technology force data software"
            ),
            3,
        )
    )


def _evening(place: Place) -> int:
    return int(place.after == "out" or (place.after == "the" and place.at(2) in cues("odds score")))


def _putting(place: Place) -> int:
    if place.after in cues("green greens stroke strokes surface coach game woes lesson lessons"):
        return 1
    bare = place.after in MARKS or place.after in cues("was is and")
    return int(bare and place.near(cues("golf golfer birdie driving chipping tee fairway"), 8))


def _does(place: Place) -> int:
    deer = cues("bucks buck stags fawns hinds deer")
    return int(place.near(deer, 4) and place.before in cues("and the two three four of female , with"))


def _sewer(place: Place) -> int:
    craft = cues(
        "needle thread quilts quilt sewing fabric dress dresses stitches garment hand-stitched seamstress"
    )
    return int(place.near(craft, 8) or place.before in cues("keen skilled talented avid amateur"))


def _number(place: Place) -> int:
    felt = place.before in cues("grew grow growing felt feel feeling getting went became even")
    return int((felt and place.after != "of") or (place.before == "and" and place.at(-2) == "number"))


def _bases(place: Place) -> int:
    grounds = cues(
        "theoretical legal scientific empirical mathematical biological moral philosophical molecular neural"
    )
    return int(place.before in grounds or (place.before == "the" and place.at(-2) == "on" and place.after == "of"))


def _deserts(place: Place) -> int | None:
    return 1 if place.before == "just" and place.at(-2) not in {"are", "were"} else None


def _dove(place: Place) -> int | None:
    if place.before in DETERMINERS or place.before in cues("white mourning turtle rock peace and"):
        return 0 if place.before != "that" else None
    into = cues("into in off for under behind deep down through headfirst straight to head beneath out onto")
    return 1 if place.after in into and not place.word[:1].isupper() else None


def _moped(place: Place) -> int | None:
    return 1 if place.after in cues("around about") and place.before not in DETERMINERS else None


def _dogged(place: Place) -> int:
    return int(
        place.after == "by" or place.before in cues("have has had") or place.after in cues("him her them us")
    )


def _beloved(place: Place) -> int:
    return int(place.after in {"by", "of"} or (place.before in TO_BE and place.after in MARKS))


def _close(place: Place) -> int | None:
    if place.before in {"a", "the"} and place.after in MARKS | {"of"} and place.at(-2) not in {"is", "was"}:
        return 1
    return 0 if place.after in {"to", "by"} and place.before not in cues("to will would must") else None


def _live(place: Place) -> int | None:
    if place.after in cues(
        "from broadcast stream streaming tv television music updates coverage radio ammunition"
    ):
        return 0
    return 1 if place.before in cues("i we they you who people") else None


def _order(place: Place) -> int | None:
    """Orders are rare in an encyclopaedia and frequent at home: close the door, please close it, do not."""
    if place.before in {"please", "don't", "let's"}:
        return 1
    return 1 if place.starts and place.after in DETERMINERS | {"it", "them", "all"} else None


def _read(place: Place) -> int | None:
    asked = place.at(-2) if place.before in cues("i you we they he she it") else place.before
    if asked in cues("have has had haven't hasn't hadn't i've you've we've they've having"):
        return 1
    if asked in cues("to did didn't do don't does doesn't will won't can can't could should shall must may might"):
        return 0
    past = place.near(cues("yesterday ago"), 10) or (
        place.near(cues("last"), 8) and place.before in cues("i we he she")
    )
    return 1 if past else None


def _upset(place: Place) -> int | None:
    """She is upset sounds like the verb, though the Wikipedia data counts it with the noun."""
    feeling = TO_BE | cues("get gets got getting feel feels felt feeling seem seemed very so too really quite")
    return 2 if place.before in feeling else _order(place)


RULES: dict[str, Rule] = {
    "read": _read,
    "upset": _upset,
    "the": _the,
    "a": _a,
    "used": _used,
    "row": senses.row,
    "rows": senses.rows,
    "bow": senses.bow,
    "bows": senses.bows,
    "bowed": senses.bowed,
    "bowing": senses.bowed,
    "bass": senses.bass,
    "minute": senses.minute,
    "lead": senses.lead,
    "tear": senses.tear,
    "tears": senses.tears,
    "content": senses.content,
    "polish": names.polish,
    "nice": names.nice,
    "reading": names.reading,
    "mobile": names.mobile,
    "mobiles": names.mobiles,
    "august": names.august,
    "nestle": names.by_capital(1, 0),
    "ravel": names.by_capital(1, 0),
    "bologna": names.bologna,
    "jesus": names.jesus,
    "job": names.job,
    "sake": names.sake,
    "mate": names.mate,
    "rodeo": names.rodeo,
    "evening": _evening,
    "putting": _putting,
    "slough": names.slough,
    "does": _does,
    "sewer": _sewer,
    "number": _number,
    "bases": _bases,
    "deserts": _deserts,
    "dove": _dove,
    "moped": _moped,
    "dogged": _dogged,
    "beloved": _beloved,
    "celtic": names.celtic,
    "sow": senses.sow,
    "sows": lambda place: 0 if place.near(cues("piglets boar pigs pig litter"), 6) else None,
    "close": _close,
    "live": _live,
    "axes": senses.axes,
}
_UNSURE = frozenset("axes row rows used bow bows bass lead minute mobile reading celtic sake tears".split())
_OF_KIND: dict[str, Rule] = {"v": _order}
