"""English is read as a person says it: the table of cases, the speller against an oracle, what say-as decides."""

from __future__ import annotations

import random
import re
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from litetts_edge.text.normalize.en import read, read_as, reader
from litetts_edge.text.normalize.en.spell import cardinal, ordinal, year
from litetts_edge.text.tokens import KINDS

CASES = Path(__file__).parent / "data" / "normalize_en.tsv"


def say(text: str, region: str = "US") -> str:
    """The whole sentence in words; a reading that touches a word is set apart from it."""
    said, place = "", 0
    for reading in read(text, region):
        said += text[place : reading.start]
        if said[-1:].isalnum() or not reading.spoken:
            said += " "
        said += reading.spoken
        place = reading.end
        if text[place : place + 1].isalnum():
            said += " "
    return " ".join((said + text[place:]).split())


def plain(text: str) -> str:
    """Words only, so that a comma of the reader's choice is not a fault."""
    return " ".join(re.sub(r"[^\w\s']", " ", text.lower()).split())


def test_every_case_is_read_as_the_table_says() -> None:
    """Each line of the table holds a text, its accepted readings and its category; GB marks British English."""
    wrong = []
    for line in CASES.read_text(encoding="utf-8").splitlines():
        text, accepted, category = line.split("\t")
        said = say(text, "GB" if category.endswith(" GB") else "US")
        if plain(said) not in {plain(reading) for reading in accepted.split(" | ")}:
            wrong.append(f"{category}: {text!r} is read {said!r}, not {accepted!r}")
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize(
    ("text", "untouched"),
    [
        ("it's John's and the dogs' o'clock", True),
        ("rock 'n' roll isn't dead, don't you think?", True),
        ("May I march on, in all this?", True),
        ("The window is open; the door - closed.", True),
        ("state-of-the-art", True),
        ("five in all", True),
    ],
)
def test_ordinary_words_have_no_reading(text: str, untouched: bool) -> None:
    """Contractions, possessives and words that only look like units are left as they are."""
    assert (read(text) == []) is untouched


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("5 in all", "inch"),
        ("$20.50", "point"),
        ("the 80s", "second"),
        ("it's 5", "seconds"),
        ("$500", "dollar five"),
        ("John's 5", "seconds"),
        ("the 5's", "second"),
    ],
)
def test_faults_of_others_are_not_ours(text: str, fault: str) -> None:
    """What listeners complain about elsewhere does not happen here."""
    assert fault not in say(text)


def test_a_date_is_not_reordered() -> None:
    """The month stays before the day when it was written so."""
    assert say("on April 16") == "on April sixteenth"
    assert say("on 16 April") == "on the sixteenth of April"


SAID_AS = [
    ("ABC-1", "characters", "", "A B C dash one"),
    ("hello", "spell-out", "", "H E L L O"),
    ("a@b", "verbatim", "", "A at B"),
    ("12,345", "cardinal", "", "twelve thousand three hundred forty-five"),
    ("-3", "number", "", "minus three"),
    ("XIV", "cardinal", "", "fourteen"),
    ("3", "ordinal", "", "third"),
    ("22nd", "ordinal", "", "twenty-second"),
    ("XIV", "ordinal", "", "fourteenth"),
    ("1203", "digits", "", "one two zero three"),
    ("12.5", "digits", "", "one two point five"),
    ("20240102", "date", "yyyymmdd", "January second, twenty twenty-four"),
    ("02/01/2024", "date", "dd/mm/yyyy", "the second of January, twenty twenty-four"),
    ("240102", "date", "ymd", "January second, twenty twenty-four"),
    ("3/4", "fraction", "", "three quarters"),
    ("2 1/2", "fraction", "", "two and a half"),
    ("3+1/2", "fraction", "", "three and a half"),
    ("10 ft", "unit", "", "ten feet"),
    ("11/22/1963", "date", "mdy", "November twenty-second, nineteen sixty-three"),
    ("22.11.1963", "date", "dmy", "the twenty-second of November, nineteen sixty-three"),
    ("1963-11-22", "date", "ymd", "November twenty-second, nineteen sixty-three"),
    ("19631122", "date", "ymd", "November twenty-second, nineteen sixty-three"),
    ("11/22", "date", "md", "November twenty-second"),
    ("22/11", "date", "dm", "the twenty-second of November"),
    ("11/1963", "date", "my", "November nineteen sixty-three"),
    ("1963-11", "date", "ym", "November nineteen sixty-three"),
    ("1963", "date", "y", "nineteen sixty-three"),
    ("11", "date", "m", "November"),
    ("22", "date", "d", "twenty-second"),
    ("13/45/1963", "date", "mdy", None),
    ("2:30pm", "time", "hms12", "two thirty P M"),
    ("14:30", "time", "hms12", "two thirty P M"),
    ("14:30", "time", "hms24", "fourteen thirty"),
    ("14:30:05", "time", "hms24", "fourteen thirty and five seconds"),
    ("99:30", "time", "hms24", None),
    ("01:30:00", "duration", "", "one hour thirty minutes"),
    ("555-1234", "telephone", "", "five five five, one two three four"),
    ("+1 (555) 123-4567", "telephone", "1", "plus one, five five five, one two three, four five six seven"),
    ("$20.50", "currency", "", "twenty dollars fifty cents"),
    ("20", "currency", "EUR", "twenty euros"),
    ("123 Main St., Dallas, TX", "address", "", "one two three Main street, Dallas, Texas"),
    ("damn", "expletive", "", "beep"),
    ("x", "ordinal", "", "tenth"),
    ("words", "ordinal", "", None),
    ("five", "nonsense", "", None),
    ("", "cardinal", "", None),
]


@pytest.mark.parametrize(("text", "what", "form", "said"), SAID_AS)
def test_say_as_is_obeyed(text: str, what: str, form: str, said: str | None) -> None:
    """The author of the SSML decides the class; what cannot be read so is refused."""
    assert read_as(text, what, form) == said


@pytest.mark.parametrize(
    ("text", "what", "said"),
    [
        ("234", "cardinal", "two hundred and thirty-four"),
        ("101", "ordinal", "one hundred and first"),
        ("1,101 kg", "unit", "one thousand one hundred and one kilograms"),
        ("2024-01-02", "date", "the second of January, twenty twenty-four"),
    ],
)
def test_say_as_follows_the_region(text: str, what: str, said: str) -> None:
    """British English says "and", and the day before the month, where an author asks for the class too."""
    form = "ymd" if what == "date" else ""
    assert read_as(text, what, form, "GB") == said
    assert read_as(text, what, form, "US") != said


@pytest.mark.parametrize(("lang", "british"), [("en", False), ("en_GB", True)])
def test_numbers_are_spelled_as_the_oracle_spells_them(lang: str, british: bool) -> None:
    """Two thousand numbers of every length agree with num2words, but for its commas and its American "and"."""
    oracle = pytest.importorskip("num2words").num2words
    chance = random.Random(4)
    for _ in range(2000):
        number = chance.randrange(10 ** chance.randint(1, 12))
        for ours, what in ((cardinal, "cardinal"), (ordinal, "ordinal")):
            expected = oracle(number, lang=lang, to=what).replace(",", "")
            got = ours(number, british)
            if not british:
                expected = expected.replace(" and ", " ")
            assert got == expected


def test_years_are_spelled_as_the_oracle_spells_them() -> None:
    """From 1000 to 2099, but for the first nine years of the millennium's second hundred, which it hyphenates."""
    oracle = pytest.importorskip("num2words").num2words
    for number in range(1010, 2100):
        expected = oracle(number, to="year").replace("oh-", "oh ").replace(" and ", " ")
        assert year(number) == expected


@pytest.mark.parametrize(
    "text",
    [
        "It costs $500 and £20.",
        "in 1963 and 1877",
        "I have 234 books.",
        "a fine of €15",
        "60 Hz and 3 kg",
        "Chapter 12, page 7",
        "the 3rd, 11th, and 40th",
        "It is 5 km away.",
        "He came 3rd and she came 22nd.",
        "We need 2 kg of 3.5 percent milk.",
        "Rates rose 5%.",
        "The 21st century",
    ],
)
def test_plain_cases_agree_with_wetext(text: str) -> None:
    """Where there is only one way to read a text, another normalizer reads it likewise."""
    oracle = pytest.importorskip("wetext").Normalizer(lang="en", operator="tn")
    expected = plain(oracle.normalize(text)).replace(" and ", " ")
    assert plain(say(text)).replace(" and ", " ") == expected


PIECES = st.sampled_from(
    "1 22 1963 3.14 , . - – / : ; ' \" ( ) $ £ € % ° ² ½ # @ & + = < > ~ _ * \\ a b St. Dr. No. Mr. IV XIV I A "
    "FBI NASA am p.m. Nov. May km in 5'10 http:// www. a@b.co x e ٣ ① é T Z 1st 24/7 1e5 v2 kWh '80s K-9 中".split(
        " "
    )
)


@settings(max_examples=300, deadline=None)
@given(
    st.one_of(
        st.text(max_size=300),
        st.lists(PIECES, max_size=60).map(" ".join),
        st.lists(PIECES, max_size=60).map("".join),
    )
)
def test_any_text_is_read_without_a_fault(text: str) -> None:
    """Readings are ordered, apart and inside the text; what is said holds no figure, and none is left unsaid."""
    place = 0
    for region in ("US", "GB"):
        place = 0
        for reading in read(text, region):
            assert place <= reading.start < reading.end <= len(text)
            assert reading.kind in KINDS
            assert reading.spoken or not re.search("[A-Za-z0-9]", text[reading.start : reading.end])
            assert not re.search("[0-9_$%@#/]", reading.spoken)
            assert reading.spoken == " ".join(reading.spoken.split())
            assert not re.search("[0-9]", text[place : reading.start])
            place = reading.end
        assert not re.search("[0-9]", text[place:])


@settings(max_examples=200, deadline=None)
@given(
    st.text(max_size=80),
    st.sampled_from([what for _, what, _, _ in SAID_AS]),
    st.sampled_from(["", "mdy", "dmy", "ymd", "y", "m", "hms12", "hms24", "1", "USD", "ddd"]),
)
def test_say_as_never_raises(text: str, what: str, form: str) -> None:
    """A say-as that makes no sense is refused, or read as it can be."""
    said = read_as(text, what, form, "GB" if len(text) % 2 else "")
    assert said is None or said == " ".join(said.split())


def test_every_rule_takes_whatever_its_pattern_takes() -> None:
    """Texts made from the rules' own patterns are read: no pattern promises what its words break on."""
    patterns = {pattern.pattern: pattern.flags for rules in _all_rules() for _, pattern, _ in rules}
    for pattern, flags in patterns.items():
        simple = _POSSESSIVE.sub("", _LOOK_BEHIND.sub("", pattern))  # which hypothesis cannot make texts from
        _read_texts_like(re.compile(simple, flags & re.IGNORECASE))


def _all_rules() -> list[tuple[tuple[str, re.Pattern[str], object], ...]]:
    tables = reader._tables()
    return [tables.number, tables.joined, tables.formula, *tables.by_group.values()]


_POSSESSIVE = re.compile(r"(?<=[}*+?])\+")
_LOOK_BEHIND = re.compile(r"\(\?<[=!](?:[^()\\]|\\.|\[[^\]]*\]|\((?:[^()\\]|\\.)*\))*\)")


def _read_texts_like(pattern: re.Pattern[str]) -> None:
    @settings(max_examples=12, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(
        st.sampled_from(["", "in ", "at ", "page ", "King ", "The ", "call "]),
        st.from_regex(pattern),
        st.sampled_from(["", " ", ".", " people", " wide", "s", ", TX"]),
    )
    def reads(before: str, middle: str, after: str) -> None:
        text, place = before + middle + after, 0
        for reading in read(text, "GB" if len(text) % 2 else "US"):
            assert place <= reading.start < reading.end <= len(text)
            assert not re.search("[0-9_]", reading.spoken)
            place = reading.end

    reads()
