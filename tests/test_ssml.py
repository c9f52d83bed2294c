"""SSML becomes a flat text with styles, readings, pauses and marks; bad SSML an error or a warning."""

from __future__ import annotations

import time
import tracemalloc

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from litetts_edge.errors import BadRequest, SsmlInvalid
from litetts_edge.text.alphabets import to_ipa
from litetts_edge.text.ssml import MAX_CHARACTERS, MAX_DEPTH, MAX_ELEMENTS, is_ssml, parse
from litetts_edge.text.styled import SILENT_DB, Border, Break, Mark, Style, Styled


def speak(inside: str) -> Styled:
    return parse(f"<speak>{inside}</speak>")


def styles(inside: str) -> list[tuple[str, Style]]:
    document = speak(inside)
    return [(document.text[one.start : one.end], one.style) for one in document.styles]


def fixed(inside: str) -> list[tuple[str, str, str, str]]:
    document = speak(inside)
    return [(document.text[one.start : one.end], one.kind, one.value, one.form) for one in document.fixed]


def codes(inside: str) -> list[str]:
    return [warning.code for warning in speak(inside).warnings]


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("<speak>a</speak>", True),
        ("\ufeff \n<speak version='1.1'>", True),
        ('<?xml version="1.0"?>\n<speak/>', True),
        ("<!-- a - b --><speak>", True),
        ('<?xml version="1.0"?><!DOCTYPE speak SYSTEM "x">', True),
        ("<ssml:speak xmlns:ssml='x'>", True),
        ("<speaker>", False),
        ("say <speak>", False),
        ("<p>Hi</p>", False),
        ("", False),
    ],
)
def test_ssml_begins_with_speak(text: str, answer: bool) -> None:
    """Anything else is a plain text."""
    assert is_ssml(text) is answer


def test_white_space_is_as_in_html() -> None:
    """Runs are one space, none at the edges; words stay whole over references and tags."""
    text = "\n  One\t\ttwo &amp;\r\n<w>th</w>ree AT&amp;T &#65;<![CDATA[<b> ]]>end <emphasis> x </emphasis> . "
    assert speak(text).text == "One two & three AT&T A<b> end x ."


def test_paragraphs_and_sentences_are_borders() -> None:
    """600 and 300 ms; the longer wins, and there is none at the edges."""
    document = speak("<p>One.</p><p><s>Two</s><s>Three</s></p> Four<s>Five</s>")
    assert document.text == "One.\n\nTwo\u2028Three\n\nFour\u2028Five"
    assert document.borders == (Border(4, 600), Border(9, 300), Border(15, 600), Border(21, 300))
    assert document.cuts() == [4, 9, 15, 21]


def test_spans_lead_back_to_the_document() -> None:
    """In characters of the text as it was given, behind a byte order mark and many-byte letters too."""
    source = "\ufeff\n<speak>äé 🎉 <p>x &#x1F600; <sub alias='W'>日本</sub>\r\nende</p></speak>"
    document = parse(source)
    assert document.text == "äé 🎉\n\nx 😀 日本 ende"
    for word, origin in {"äé": "äé", "🎉": "🎉", "😀": "&#x1F600;", "日本": "日本", "ende": "ende"}.items():
        at = document.text.index(word)
        start, end = document.source(at, at + len(word))
        assert source[start:end] == origin


def test_breaks() -> None:
    """Time or strength; at one place they add up, to 10 s at most. Even without silence it parts words."""
    document = speak(
        'a<break/> b<break strength="x-strong"/>c<break time="1.5s"/>d<break time="250ms"/><break time="50 ms"/>e'
        '<break strength="none"/>f<break time="9h"/>g<break time="-1s"/>h<break time="soon"/>i<break time="9s"/>'
        '<break time="9s"/>'
    )
    assert document.text == "a bcde fg hi"
    assert document.breaks == (
        Break(1, 400),
        Break(3, 1200),
        Break(4, 1500),
        Break(5, 300),
        Break(8, 10_000),
        Break(11, 400),
        Break(12, 10_000),
    )
    assert [warning.code for warning in document.warnings] == ["ssml_clamped"] * 2 + [
        "ssml_bad_value",
        "ssml_clamped",
    ]


@pytest.mark.parametrize(
    ("attribute", "style"),
    [
        ('rate="x-slow"', Style(rate=0.6)),
        ('rate="80%"', Style(rate=0.8)),
        ('rate="+10%"', Style(rate=1.1)),
        ('rate="1.2"', Style(rate=1.2)),
        ('rate="-300%"', Style(rate=0.5)),
        ('rate="1e999"', None),
        ('rate="999999999999"', Style(rate=2.0)),
        ('pitch="+2st"', Style(pitch=2.0)),
        ('pitch="high"', Style(pitch=2.0)),
        ('pitch="-50%"', Style(pitch=-12.0)),
        ('pitch="200Hz"', None),
        ('pitch="+99st"', Style(pitch=12.0)),
        ('volume="+6dB"', Style(volume=6.0)),
        ('volume="silent"', Style(volume=SILENT_DB)),
        ('volume="0"', Style(volume=SILENT_DB)),
        ('volume="loud"', Style(volume=6.0)),
        ('volume="-999dB"', Style(volume=-40.0)),
        ('volume="banana"', None),
        ('rate=""', None),
    ],
)
def test_prosody(attribute: str, style: Style | None) -> None:
    """Labels, percents, factors, semitones and decibels; out of range is the nearest; nonsense changes nothing."""
    ((_, got),) = styles(f"<prosody {attribute}>a b</prosody> c") or [("", Style())]
    want = style or Style()
    assert (got.rate, got.pitch, got.volume) == pytest.approx((want.rate, want.pitch, want.volume))
    assert bool(codes(f"<prosody {attribute}>a</prosody>")) == (
        style is None or "9" in attribute or "-300" in attribute
    )


def test_nested_styles_add_up() -> None:
    """Numbers multiply or add, labels stand for themselves, and what is silent stays so."""
    inside = (
        '<prosody rate="50%" volume="-6dB">a <prosody rate="150%" pitch="+1st" volume="-6dB">b</prosody>'
        '<prosody rate="fast">c</prosody></prosody> d '
        '<prosody volume="silent">e<prosody volume="+9dB">f</prosody></prosody>'
    )
    assert styles(inside) == [
        ("a", Style(rate=0.5, volume=-6.0)),
        ("b", Style(rate=0.75, pitch=1.0, volume=-12.0)),
        ("c", Style(rate=1.25, volume=-6.0)),
        ("ef", Style(volume=SILENT_DB)),
    ]


def test_voice_language_and_emphasis() -> None:
    """By name and by xml:lang, on any element; the document's own language is no style."""
    document = parse(
        '<speak xml:lang="en-GB">a <voice name="bf_emma">b <lang xml:lang="fr">c</lang></voice>'
        '<p xml:lang="de">d <emphasis>e</emphasis> <emphasis level="strong">f</emphasis></p></speak>'
    )
    assert document.lang == "en-GB"
    assert [(document.text[one.start : one.end], one.style) for one in document.styles] == [
        ("b", Style(voice="bf_emma")),
        ("c", Style(voice="bf_emma", lang="fr")),
        ("d", Style(lang="de")),
        ("e", Style(lang="de", emphasis="moderate")),
        ("f", Style(lang="de", emphasis="strong")),
    ]
    assert document.warnings == ()


def test_one_style_over_several_words_is_one_span() -> None:
    """Also over tags that change nothing; a word without style parts two spans."""
    assert [
        text
        for text, _ in styles('<prosody rate="fast">a <w>b</w>  c</prosody> d <prosody rate="fast">e</prosody>')
    ] == [
        "a b c",
        "e",
    ]


def test_readings() -> None:
    """say-as, sub and phoneme cover their words, without the spaces around them."""
    inside = (
        'on <say-as interpret-as="date" format="dmy"> 1/2/2020 </say-as> and <sub alias="World Wide">WWW</sub> '
        '<phoneme alphabet="x-sampa" ph="t@&quot;meItoU">tomato</phoneme> <phoneme ph="/pɪˈkɑːn/">pecan</phoneme>'
    )
    assert fixed(inside) == [
        ("1/2/2020", "say-as", "date", "dmy"),
        ("WWW", "sub", "World Wide", ""),
        ("tomato", "phoneme", "təˈmeɪtoʊ", ""),
        ("pecan", "phoneme", "pɪˈkɑːn", ""),
    ]
    assert speak(inside).text == "on 1/2/2020 and WWW tomato pecan"


def test_a_reading_without_text_stands_for_itself() -> None:
    """Nothing to replace: the alias is the text."""
    assert fixed('a <sub alias="World Wide"/> b') == [("World Wide", "sub", "World Wide", "")]


def test_a_reading_is_one_piece() -> None:
    """Tags inside one neither cut it nor read it otherwise; a pause in it comes after it."""
    document = speak(
        '<sub alias="x"><prosody rate="fast">a</prosody><break/><say-as interpret-as="date">b</say-as></sub> c'
    )
    assert [(one.start, one.end, one.kind) for one in document.fixed] == [(0, 2, "sub")]
    assert document.styles == ()
    assert document.breaks == (Break(2, 400),)


@pytest.mark.parametrize(
    "inside",
    [
        '<phoneme ph="t3$t" alphabet="ipa">x</phoneme>',
        '<phoneme ph="abc" alphabet="klingon">x</phoneme>',
        '<phoneme alphabet="ipa">x</phoneme>',
        "<say-as>x</say-as>",
        '<say-as interpret-as="poem">x</say-as>',
        '<sub alias="">x</sub>',
    ],
)
def test_an_unknown_reading_leaves_the_text(inside: str) -> None:
    """A warning, and the words are spoken as they stand."""
    assert fixed(inside) == []
    assert speak(inside).text == "x"
    assert codes(inside) == ["ssml_bad_value"]


def test_a_makers_prefix_of_a_reading_makes_no_difference() -> None:
    """`vxml:phone` is `phone`; Google's language of a currency is no fault."""
    inside = (
        '<say-as interpret-as="vxml:Phone">5</say-as> <say-as interpret-as="currency" language="en-US">$1</say-as>'
    )
    assert [(text, value) for text, _, value, _ in fixed(inside)] == [("5", "phone"), ("$1", "currency")]
    assert codes(inside) == []


def test_marks_are_places() -> None:
    """A mark is at what follows it; one without a name is none."""
    document = speak('<mark name="a"/>One <mark name="b"/>two<mark/>')
    assert document.marks == (Mark(0, "a"), Mark(3, "b"))
    assert [warning.code for warning in document.warnings] == ["ssml_bad_value"]


def test_what_is_not_spoken() -> None:
    """Descriptions and metadata are silent; audio is a warning, and its text is spoken."""
    inside = (
        '<metadata><x>no</x></metadata><meta name="a" content="b"/><audio src="x.mp3"><desc>no</desc>yes</audio>'
    )
    assert speak(inside).text == "yes"
    assert codes(inside) == ["ssml_unsupported"]


@pytest.mark.parametrize(
    ("inside", "text", "code"),
    [
        ("a <foo>b</foo>", "a b", "ssml_unknown_tag"),
        ("a<br/>b", "a\u2028b", "ssml_unknown_tag"),
        ('<s colour="red">a</s>', "a", "ssml_unknown_attribute"),
        ('<amazon:effect name="whispered">a</amazon:effect>', "a", "ssml_unsupported"),
        ('<mstts:express-as style="sad">a</mstts:express-as>', "a", "ssml_unsupported"),
        ('<par><media xml:id="m"><speak>a</speak></media></par>', "a", "ssml_unsupported"),
        ('<prosody contour="(0%,+20Hz)">a</prosody>', "a", "ssml_unsupported"),
        ('<voice gender="female">a</voice>', "a", "ssml_unsupported"),
        ('<lexicon uri="http://x"/>a', "a", "ssml_unsupported"),
    ],
)
def test_what_is_not_known_is_a_warning(inside: str, text: str, code: str) -> None:
    """The text is spoken all the same."""
    assert speak(inside).text == text
    assert set(codes(inside)) == {code}


def test_a_warning_has_its_place() -> None:
    """Line and column of the tag, from 1, in characters."""
    (warning,) = parse("<speak>\n ä <foo>x</foo>\n <foo/></speak>").warnings
    assert (warning.line, warning.column) == (2, 4)


def test_thousands_of_faults_are_a_few_warnings() -> None:
    """Memory and messages stay small."""
    assert len(speak("".join(f"<x{number}/>" for number in range(5000))).warnings) == 50


def test_prefixes_are_accepted() -> None:
    """A namespace prefix changes nothing."""
    document = parse('<s:speak xmlns:s="http://www.w3.org/2001/10/synthesis">a<s:break time="1s"/>b</s:speak>')
    assert (document.text, document.breaks, document.warnings) == ("ab", (Break(1, 1000),), ())


@pytest.mark.parametrize(
    "text", ["<speak/>", "<speak> <break/> </speak>", "<speak><metadata>x</metadata></speak>"]
)
def test_a_document_without_text_is_empty(text: str) -> None:
    """No error: there is nothing to say."""
    assert parse(text).text == ""


BOMB = '<!DOCTYPE speak [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]>'


@pytest.mark.parametrize(
    ("text", "line", "column", "words"),
    [
        ("<speak>\n Tom & Jerry</speak>", 2, 7, "&amp;"),
        ("<speak>a < b</speak>", 1, 11, "&lt;"),
        ("<speak>\n<p>ä<s>x</p></speak>", 2, 9, "<s> (line 2, column 5) is not closed"),
        ("<speak>one", 1, 11, "<speak> (line 1, column 1) is not closed"),
        ("<speak>a&nbsp;b</speak>", 1, 9, "character itself"),
        ("<speak>a</speak> b", 1, 18, "follows </speak>"),
        ("<speak><s a='1' a='2'/></speak>", 1, 17, "twice"),
        (f"{BOMB}<speak>&b;</speak>", 1, 17, "DOCTYPE"),
        ('<?xml version="1.0"?>\n<!DOCTYPE speak SYSTEM "file:///etc/passwd"><speak/>', 2, 44, "DOCTYPE"),
        ("<html/>", 1, 1, "not <speak>"),
        ("", 1, 1, "Mend"),
        ("<speak>\x00</speak>", 1, 8, "Mend"),
        ("<speak>\ud800</speak>", 1, 8, "Mend"),
        ("<speak>" * (MAX_DEPTH + 1), 1, 7 * MAX_DEPTH + 1, "deep"),
        ("<speak>" + "<s/>" * MAX_ELEMENTS, 1, 7 + 4 * MAX_ELEMENTS - 3, "elements"),
    ],
)
def test_what_is_no_ssml_is_an_error_with_its_place(text: str, line: int, column: int, words: str) -> None:
    """Line, column, and what to do."""
    with pytest.raises(SsmlInvalid) as caught:
        parse(text)
    assert caught.value.code == "ssml_invalid"
    assert isinstance(caught.value, BadRequest)
    assert (caught.value.line, caught.value.column) == (line, column)
    assert words in str(caught.value)
    assert f"line {line}, column {column}" in str(caught.value)


def test_a_megabyte_is_refused_unread() -> None:
    """Nothing is allocated for it."""
    text = "<speak>" + "word " * 200_000 + "</speak>"
    tracemalloc.start()
    try:
        with pytest.raises(SsmlInvalid, match="in parts"):
            parse(text)
        assert tracemalloc.get_traced_memory()[1] < 100_000
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize(
    "unit", ["word ", "&amp;", "\r\n", "ä", "<s>x</s>", "<![CDATA[x]]>", "<!-- - -->", "<x/>", "x<break/>"]
)
def test_time_grows_with_the_length(unit: str) -> None:
    """The longest document that is read: linear work takes 0.2 s of processor time, quadratic 100 s."""
    room = min(MAX_CHARACTERS - 20, (MAX_ELEMENTS - 2) * len(unit))
    text = "<speak>" + unit * (room // len(unit)) + "</speak>"
    began = time.process_time()
    is_ssml(text)
    parse(text)
    assert time.process_time() - began < 5.0


TAGS = st.sampled_from(
    "<p>|</p>|<s>|</s>|<break time='1s'/>|<break|/>|>|<|&|&amp;|&#9;|&#x10FFFF;|<prosody rate='2'>|</prosody>"
    "|<sub alias='x y'>|</sub>|<sub alias='z'/>|<say-as interpret-as='date'>|</say-as>|<mark name='m'/>|<!--|-->"
    "|<![CDATA[|]]>|<?x ?>|<audio>|</audio>|<desc>|</desc>|<voice name='v'>|</voice>|</speak>|\r\n|\n| |ä🎉|word"
    "|'|\"|\ud800|\x00|<!DOCTYPE x>|xml:lang='de'".split("|")
)


@given(text=st.text(max_size=100) | st.lists(TAGS, max_size=25).map("".join))
@settings(deadline=None, max_examples=600)
def test_any_text_is_a_document_or_an_error(text: str) -> None:
    """After `<speak>` or `<speak` anything may come: a document whose places are in order, or SsmlInvalid."""
    for document in (f"<speak>{text}</speak>", f"<speak{text}", f"<speak>{text}"):
        place = (1, 1)
        try:
            check(parse(document), len(document))
        except SsmlInvalid as error:
            place = error.line, error.column
        assert min(place) >= 1


def check(styled: Styled, length: int) -> None:
    size, before = len(styled.text), (0, 0)
    for at in range(size):
        start, end = styled.source(at, at + 1)
        assert before[0] <= start <= end <= length
        assert before[1] <= end
        before = start, end
    for spans in (styled.styles, styled.fixed):
        done = 0
        for span in spans:
            assert done <= span.start < span.end <= size
            done = span.end
    for places in (styled.breaks, styled.marks, styled.borders):
        positions = [place[0] for place in places]
        assert positions == sorted(positions)
        assert all(0 <= position <= size for position in positions)
    assert styled.text == styled.text.strip(" \t\r\n\u2028")


@pytest.mark.parametrize(
    ("x_sampa", "ipa"),
    [
        ('"hE.loU', "ˈhɛ.loʊ"),
        ("d_ZVdZ", "d͡ʒʌdʒ"),
        ("l`@`n=", "ɭɚn̩"),
        ("b_<J\\_<@`", "ɓʄɚ"),
        ("O~ a_H_T", "ɔ̃ a᷄"),
        ('%{n:@"', "ˌænːəˈ"),
        ("K\\|\\|\\", "ɮǁ"),
    ],
)
def test_x_sampa(x_sampa: str, ipa: str) -> None:
    """The longest symbol wins; diacritics follow their letter."""
    assert to_ipa(x_sampa, "x-sampa") == ipa


def test_alphabets_that_are_not_known() -> None:
    """None, for the text to be read."""
    assert to_ipa("a", "pinyin") is None
    assert to_ipa("tEst", "ipa") is None
    assert to_ipa("te€", "X-SAMPA") is None
    assert to_ipa("ˈ", "ipa") is None
    assert to_ipa("/ˈʤɛm.g/", "IPA") == "ˈdʒɛm.ɡ"
