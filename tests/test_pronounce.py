"""English words at their place: where a sound comes from, weak forms, contractions, names, letters and noises."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from litetts_edge.text import espeak
from litetts_edge.text.dictionary import DEFAULT_PATH, Dictionary
from litetts_edge.text.phonemes import FLITE, from_espeak, unread
from litetts_edge.text.pronounce import join, pronounce, word_alone

needs_file = pytest.mark.skipif(not DEFAULT_PATH.exists(), reason="run scripts/build-pronunciations")
NONE = Dictionary(Path("/nonexistent/english.pron"))

CONTRACTIONS = """
    I'm aɪm; I've aɪv; I'd aɪd; I'll aɪl; you're jʊɹ,jɔː; you've juːv; you'd juːd; you'll juːl; he's hiz; he'd hid
    he'll hil; she's ʃiz; she'd ʃid; she'll ʃil; it's ɪts; it'd ˌɪɾəd,ˌɪtəd; it'll ˌɪɾəl,ˌɪtəl; we're wɪɹ,wiə
    we've wiv; we'd wid; we'll wil; they're ðɛɹ,ðeə; they've ðeɪv; they'd ðeɪd; they'll ðeɪl; that's ðæts
    that'd ðˌæɾəd,ðˌætəd; that'll ðˌæɾəl,ðˌætəl; who's hˌuːz; who'd hˌuːd; who'll hˌuːl; who've hˌuːv
    what's wˌʌts,wˌɒts; what'd wˌʌɾəd,wˌɒtəd; what'll wˌʌɾəl,wˌɒtəl; what're wˌʌɾɚ,wˌɒtə; what've wˌʌɾəv,wˌɒtəv
    where's wˌɛɹz,wˌeəz; where'd wˌɛɹd,wˌeəd; when's wˌɛnz; why's wˌaɪz; how's hˌaʊz; how'd hˌaʊd
    here's hˈɪɹz,hˈiːəz; there's ðɛɹz,ðeəz; there'd ðɛɹd,ðeəd; there'll ðɛɹəl,ðeəl; let's lˈɛts; isn't ˌɪzənt
    aren't ˌɑːɹnt,ˌɑːnt; wasn't wˈʌzənt,wˈɒzənt; weren't wˌɜːnt; don't dˈoʊnt,dˈəʊnt; doesn't dˈʌzənt
    didn't dˈɪdənt; haven't hˈævənt; hasn't hˈæzənt; hadn't hˈædənt; won't woʊnt,wəʊnt; wouldn't wˈʊdənt
    can't kˈænt,kˈɑːnt; couldn't kˌʊdənt; shouldn't ʃˌʊdənt; mustn't mˈʌsənt; mightn't mˈaɪtənt; needn't nˈiːdənt
    shan't ʃˌænt,ʃˌɑːnt; oughtn't ˈɔːtənt; ain't ˈeɪnt; daren't dˈɛɹənt,dˈeənt; should've ʃˈʊdəv; would've wˈʊdəv
    could've kˈʊdəv; might've mˈaɪɾəv,mˈaɪtəv; must've mˈʌstəv; may've mˈeɪəv; shouldn't've ʃˈʊdəntəv
    wouldn't've wˈʊdəntəv; couldn't've kˌʊdəntəv; I'd've ˌaɪdəv; he'd've hidəv; she'd've ʃidəv; you'd've juːdəv
    we'd've widəv; they'd've ðeɪdəv; it'd've ˌɪɾədəv,ˌɪtədəv; y'all jˈɔːl; o'clock əklˈɑːk,əklˈɒk; 'tis tˈɪz
    'twas twˈʌz,twˈɒz; ma'am mˈæm; gonna ɡˈʌnə; wanna wˈɑːnə,wˈɒnə; gotta ɡˈɑːɾə,ɡˈɒtə;
    c'mon kəmˈɑːn,kəmˈɒn; 'em əm
"""


def words_of(sentence: str) -> list[str]:
    return re.findall(r"'?[^\W\d_]+(?:['’-][^\W\d_]+)*'?|[.,!?;:…—]", sentence)


def said(sentence: str, region: str = "US", *, spelled: str = "") -> str:
    words = words_of(sentence)
    return join(pronounce(words, region, spelled={at for at, word in enumerate(words) if word in spelled.split()}))


@needs_file
def test_contractions() -> None:
    """The usual contractions are words of their own, in both accents; also with a typographic apostrophe."""
    for item in CONTRACTIONS.replace("\n", ";").split(";"):
        if item.strip():
            word, _, forms = item.strip().partition(" ")
            american, _, british = forms.partition(",")
            for region, ipa in (("US", american), ("GB", british or american)):
                assert pronounce([word, "people"], region)[0].ipa == ipa, (word, region)
                assert pronounce([word.replace("'", "’"), "people"], region)[0].ipa == ipa, (word, region)


@needs_file
@pytest.mark.parametrize(
    ("sentence", "ipa"),
    [
        ("The apple and the book.", "ði ˈæpəl ænd ðə bˈʊk."),
        ("The hour, the use.", "ði ˈaʊɚ, ðə jˈuːs."),
        ("An egg is a thing.", "ɐn ˈɛɡ ɪz ɐ θˈɪŋ."),
        ("I go to eat to live.", "aɪ ɡˌoʊ tʊ ˈiːt tə lˈɪv."),
        ("It is where I want to go to.", "ɪt ɪz wˌɛɹ aɪ wˈɑːnt tə ɡˌoʊ tuː."),
        ("He used to sing.", "hi jˈuːst tə sˈɪŋ."),
        ("It is used to measure.", "ɪt ɪz jˈuːzd tə mˈɛʒɚ."),
        ("What has he, what he has.", "wˌʌt hɐz hi, wʌt hi hˈæz."),
        ("Go in and come on.", "ɡˌoʊ ɪn ænd kˈʌm ˈɔːn."),
        ("The end of the road.", "ði ˈɛnd ʌvðə ɹˈoʊd."),
        ("Out of a house.", "ˌaʊtəv ɐ hˈaʊs."),
        ("They present a present.", "ðeɪ pɹizˈɛnt ɐ pɹˈɛzənt."),
        ("Plan A, it was A plan.", "plˈæn ˈeɪ, ɪt wʌzɐ plˈæn."),
    ],
)
def test_weak_forms(sentence: str, ipa: str) -> None:
    """Function words are as weak as in running speech, and strong before a pause."""
    assert said(sentence) == ipa


@needs_file
@pytest.mark.parametrize(
    ("sentence", "ipa"),
    [
        ("Far away.", "fˈɑːɹ əwˈeɪ."),
        ("Far, away.", "fˈɑː, əwˈeɪ."),
        ("For all of our ideas.", "fɔːɹ ˈɔːl ɒv ˌaʊəɹ aɪdˈiːəz."),
        ("The idea is here.", "ði aɪdˈiːə ɪz hˈiːə."),
        ("Zed is Z.", "zˈɛd ɪz zˈɛd."),
    ],
)
def test_british(sentence: str, ipa: str) -> None:
    """The r of the spelling links to a vowel, and to nothing else."""
    assert said(sentence, "GB", spelled="Z") == ipa


@needs_file
@pytest.mark.parametrize(
    ("word", "source", "ipa"),
    [
        ("hello", "dictionary", "həlˈoʊ"),
        ("HELLO", "dictionary", "həlˈoʊ"),
        ("Polish", "dictionary", "pˈoʊlɪʃ"),
        ("teacher's", "rule", "tˈiːtʃɚz"),
        ("mother-of-pearl", "dictionary", "mˌʌðɚəvpˈɜːl"),
        ("lamp-hot", "rule", "lˈæmphˈɑːt"),
        ("re-installed", "rule", "ɹiɪnstˈɔːld"),
        ("café", "rule", "kæfˈeɪ"),
        ("José", "espeak", "hoʊsˈeɪ"),
        ("resumé", "words", "ɹˈɛzəmˌeɪ"),
        ("Łódź", "espeak", "lˈɑːdz"),
        ("Grobnikov", "espeak", "ɡɹˈɑːbnɪkˌɑːv"),
        ("xkcd", "spelled", "ˌɛkskˌeɪsˌiːdˈiː"),
        ("XKCDs", "spelled", "ˌɛkskˌeɪsˌiːdˈiːz"),
        ("shh", "words", "ʃʃ"),
        ("Pfft", "words", "pəft"),
        ("uh-huh", "words", "ʌhˈʌ"),
        ("tsk", "words", "tsk"),
    ],
)
def test_where_a_sound_comes_from(word: str, source: str, ipa: str) -> None:
    """Tables and dictionary before rules, rules before espeak-ng; what nobody could say is spelled."""
    alone = word_alone(word)
    assert (alone.source, alone.ipa) == (source, ipa)


@needs_file
def test_doubt_grows_with_distance() -> None:
    """A checked word is sure; an ending by rule, an unchecked word and an unknown name are less and less so."""
    doubts = [word_alone(word).doubt for word in ("hello", "teacher's", "pneumonectomies", "Grobnikov")]
    assert doubts == sorted(doubts)
    assert doubts[0] == 0 < doubts[1] < doubts[-1]


@needs_file
def test_letters_that_are_spelled() -> None:
    """Letters in a row have their names, the last one the strongest; elsewhere A is the article."""
    assert said("the U S B port", spelled="U S B") == "ðə jˌuː ˌɛs bˈiː pˈɔːɹt"
    words = ["A", "A", "battery"]
    assert join(pronounce(words, spelled={0, 1})) == "ˌeɪ ˈeɪ bˈæɾɚi"
    assert join(pronounce(words[1:])) == "ɐ bˈæɾɚi"


@needs_file
def test_what_is_given_stays_and_is_seen() -> None:
    """A pronunciation that the caller decided is kept, and the article before it follows its sound."""
    heard = pronounce(["the", "Xyz", "is", "a", "dog"], given={1: "ˈiːks"})
    assert join(heard) == "ði ˈiːks ɪz ɐ dˈɔːɡ"
    assert heard[1].source == "given"


@needs_file
def test_homographs_come_first() -> None:
    """Words that are read in two ways are read by their sentence."""
    assert said("They live near a live wire.").split()[1:5:3] == ["lˈɪv", "lˈaɪv"]


@pytest.mark.parametrize(
    ("word", "american", "british"),
    [
        ("'Tis", "tˈɪz", "tˈɪz"),
        ("ol'", "ˈoʊl", "ˈəʊl"),
        ("Ol", "ˈoʊl", "ˈəʊl"),
        ("Niamh's", "nˈiːvz", "nˈiːvz"),
        ("Joaquin", "wɑːkˈiːn", "wækˈiːn"),
        ("Saoirse", "sˈɜːʃə", "sˈɜːʃə"),
    ],
)
def test_words_that_no_dictionary_has_right(word: str, american: str, british: str) -> None:
    """Also where the apostrophe was taken for a quotation mark, and as a possessive."""
    assert (word_alone(word).ipa, word_alone(word, "GB").ipa) == (american, british)


def test_without_a_dictionary() -> None:
    """espeak-ng says what the missing file would have said."""
    heard = pronounce(["The", "teacher", "hasn't", "come", "."], entries=NONE)
    assert [word.source for word in heard] == ["words", "espeak", "espeak", "espeak", "mark"]
    assert join(heard) == "ðə tˈiːtʃɚ hˈæzənt kˈʌm."


def test_marks_and_nothing() -> None:
    """Marks stay behind their word; symbols that are no marks are silent; no words, no sound."""
    assert pronounce([]) == []
    assert join(pronounce(["shh", "!", "*", "…"])) == "ʃʃ!…"


@settings(max_examples=150, deadline=None)
@given(st.lists(st.text(max_size=30), max_size=12), st.sampled_from(["US", "GB"]))
def test_no_text_raises(words: list[str], region: str) -> None:
    """One answer a word for any text, and its IPA is understood."""
    heard = pronounce(words, region)
    assert len(heard) == len(words)
    assert unread(join(heard)) == ""


@needs_file
def test_running_words_agree_with_espeak() -> None:
    """The bundled voice learned from espeak-ng's sentences: ours are close, stress included."""
    sentences = (
        "I think that the man who was there had been at the house for a week.",
        "She has told them to bring some of the old books from the library.",
        "It was a matter of time, and they knew it would have to be done.",
        "You should never have gone out of the house without your coat.",
        "We are on the way to the station, but there was no one at the gate.",
        "If he could do it, then all of us can do it as well.",
    )
    for sentence in sentences:
        ours = [(FLITE.get(t.symbol), t.stress, t.starts_word) for t in from_espeak(said(sentence))]
        ipa = espeak.phonemes(sentence, "en-US")
        theirs = [(FLITE.get(t.symbol), t.stress, t.starts_word) for t in from_espeak(ipa)]
        assert len(ours) == len(theirs), (said(sentence), ipa)
        same = sum(a == b for a, b in zip(ours, theirs, strict=True)) / len(ours)
        assert same > 0.85, (same, said(sentence), ipa)


@pytest.mark.parametrize("piece", ["'s", "'ve", "s'", "-a", "ing", "A"])
def test_endings_without_end(piece: str) -> None:
    """However many endings are piled up, a word is looked at once or twice and then left to espeak-ng."""
    assert len(pronounce([piece * 1500])) == 1
    assert len(pronounce(["dog" + piece * 20])) == 1
