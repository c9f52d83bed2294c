"""Roman numerals: of rulers, of wars, chapters and the like; a capital I is nearly always a pronoun."""

from __future__ import annotations

import re

from litetts_edge.text.normalize.en import spell
from litetts_edge.text.normalize.en.rules import Rule, Sentence, words
from litetts_edge.text.tokens import Reading

_VALUES = {"I": 1, "V": 5, "X": 10, "L": 50, "C": 100, "D": 500, "M": 1000}
_VALID = re.compile(r"M{0,3}(?:CM|CD|D?C{0,3})(?:XC|XL|L?X{0,3})(?:IX|IV|V?I{0,3})\Z")
_RULERS = words(
    """king queen pope emperor empress tsar czar prince princess duke pharaoh sultan saint henry george charles
    louis william edward richard
    elizabeth james john paul pius leo benedict gregory clement innocent urban boniface sixtus julius nicholas
    alexander catherine frederick philip napoleon ramses rameses ramesses darius xerxes artaxerxes
    nebuchadnezzar ptolemy
    cleopatra thutmose amenhotep ashurnasirpal sargon shalmaneser peter ivan alfonso alphonse ferdinand francis
    joseph leopold otto rudolf wilhelm friedrich maximilian ludwig karl gustav christian haakon harald olaf olav
    robert david constantine theodosius justinian basil leo manuel michael andronicus stephen bela casimir
    sigismund wladyslaw mary margaret anne isabella juan carlos pedro felipe umberto victor emmanuel vittorio
    mehmed murad selim suleiman bayezid ahmed abdul henri philippe edmund harold canute cyrus antiochus seleucus
    mithridates herod hugh thomas walter roger baldwin amalric bohemond albert adolf christopher erik eric magnus
    valdemar humbert rainier hassan mohammed muhammad abdullah hussein faisal rama thaddeus samuel benjamin
    martin arthur adam eugene celestine honorius callixtus martin adrian hadrian marcellus linus sylvester
    alexios ioannes jean josé afonso sancho manoel miguel frank earl davis ford rockefeller"""
)
_NUMBERED = words(
    """chapter part act scene volume vol book article section sec title phase type class grade level stage appendix
    figure fig table war bowl episode mark mk series schedule division corps unit option lesson round game model
    group category tier quarter clause canto apollo saturn gemini rocky titan fantasy vatican symphony no opus
    sonata concerto psalm plate annex battery room district region zone area world photo gen generation pentium
    windows quake doom civilization century olympiad final wars trek legion army panzer fleet army level factor
    angiotensin cranial nerve hep collagen complex"""
)
_NOT_NUMERALS = words(
    "I MIX DI MI MD CD DC CC MC CV MM DM CM LI LIV DIM MILD CIVIL MID MIDI CIVIC DID LID VIM LCD MDC XXL XL XX "
    "XXX VI IV DIV CI DVI CL CX"
)


def value(numeral: str) -> int:
    """The number of a valid Roman numeral, 0 for what is none."""
    if not numeral or not _VALID.match(numeral):
        return 0
    amounts = [_VALUES[letter] for letter in numeral]
    return sum(-one if one < following else one for one, following in zip(amounts, [*amounts[1:], 0], strict=True))


def _numeral(match: re.Match[str], at: Sentence) -> str | Reading | None:
    numeral, start = match["roman"], match.start()
    number = value(numeral)
    if not number:
        return None
    before = at.word_before(start)
    tail = (match["possessive"] or "").replace("’", "'")
    named = match.string[max(0, start - 24) : start].rstrip(" ").rpartition(" ")[2]
    if before in _NUMBERED and (
        numeral != "I"
        or "World War" in match.string[max(0, start - 12) : start]
        or _ends_name(match, at)
        or _kind(match, at)
    ):
        return Reading(start, match.end(), "roman", at.cardinal(number) + tail)
    of_ruler = number <= 40 and named[:1].isupper() and not named.endswith(",")
    if of_ruler and (before in _RULERS or _has_first_name(at, start)):
        said = f"the {spell.ordinal(number)}{tail}"
        return Reading(start, match.end(), "roman", said, 0.1) if numeral != "I" or _ends_name(match, at) else None
    of_century = at.word_after(match.end()) in ("century", "centuries")
    if of_century and number <= 40:
        return Reading(start, match.end(), "roman", spell.ordinal(number))
    doubtful = numeral in _NOT_NUMERALS and not (numeral in ("IV", "VI") and named[:1].isupper())
    if doubtful or len(numeral) == 1 or at.shouting or (number > 100 and len(numeral) < 4):
        return None
    return Reading(start, match.end(), "roman", at.cardinal(number) + tail, 0.4)


def _kind(match: re.Match[str], at: Sentence) -> bool:
    """`Schedule I drug`, `Type I error`: the noun after it says that `I` is no pronoun."""
    return bool(
        re.match(
            r" (?:drugs?|substances?|controlled|diabetes|errors?|trials?|study|clinical|railroads?|functions?|"
            r"superconductors?|supernova|collagen|interferon|survey|site)\b",
            at.near_after(match.end()),
        )
    )


def _low(match: re.Match[str], at: Sentence) -> str | None:
    """`Act II, scene iii`, `page xiv`; one letter only after a word that nothing else follows."""
    written, before = match["roman"], at.word_before(match.start())
    known = before in ("scene", "act", "canto", "chapter", "page", "p", "pp", "book", "volume", "vol")
    if not known and not (before in ("part", "section", "figure", "appendix", "clause") and len(written) > 1):
        return None
    number = value(written.upper())
    return at.cardinal(number) if number else None


def _ends_name(match: re.Match[str], at: Sentence) -> bool:
    return bool(
        re.match(
            r"[.,;:)]|$|'s| (?:and|or|was|is|of|had|has|in|to|from|who|on|at|by|which|for|as|c\.)\b",
            at.near_after(match.end()),
        )
    ) or bool(match["possessive"])


def _has_first_name(at: Sentence, start: int) -> bool:
    """`John Paul II`, `Robert Smith III`: a given name one or two words before."""
    window = at.text[max(0, start - 40) : start].split()[-3:]
    if not window or not window[-1][:1].isupper():
        return False
    return any(word[:1].isupper() and word.lower() in _RULERS for word in window[:-1][-2:])


def _suffixed(match: re.Match[str], at: Sentence) -> str | None:
    number = value(match["roman"])
    return spell.ordinal(number) if number else None


RULES = (
    Rule("roman", r"(?P<roman>[ivx]{1,7})(?![\w'’.-])", _low),
    Rule("roman", r"(?P<roman>[ivx]{1,7})(?=\.(?! ?[a-z0-9]))", _low),
    Rule("roman", r"(?P<roman>[IVXLCDM]{1,12})(?:th|st|nd|rd)(?!\w)", _suffixed),
    Rule("roman", r"(?P<roman>[IVXLCDM]{1,12})(?P<possessive>['’]s)?(?![\w'’-]|\.[A-Za-z])", _numeral),
)
