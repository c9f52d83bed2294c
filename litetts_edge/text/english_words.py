"""English words whose sound no dictionary or rule gives, and how function words weaken within a sentence.

The weak forms and the pairs are those that espeak-ng 1.52 writes within a sentence: the bundled voice learned
from it. IPA as text.english_alphabets.to_ipa writes it.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType


def _read(text: str) -> Mapping[str, tuple[str, str]]:
    """`word ipa` or `word US,GB`, between semicolons."""
    table = {}
    for item in text.replace("\n", ";").split(";"):
        if item.strip():
            word, _, said = item.strip().partition(" ")
            american, _, british = said.partition(",")
            table[word.replace("_", " ")] = (american, british or american)
    return MappingProxyType(table)


SAID = _read(
    """
    president pɹˈɛzɪdənt; president's pɹˈɛzɪdənts; presidents pɹˈɛzɪdənts; catch kˈætʃ; shh ʃʃ; ssh ʃʃ; sh ʃʃ
    shhh ʃʃʃ; brr bɜː; brrr bɜː; pfft pəft; pff pəf; hmm hmm; hm hm; mm mm; mmm mm; mhm mhˈʌm; mm-hmm mhˈʌm
    uh-huh ʌhˈʌ; uh-uh ˈʌʔʌ; psst pst; pst pst; tsk tsk; ugh ˈʌɡ; ew ˈiːuː; eww ˈiːuː; nah nˈɑː,nˈæ; hehe hɛhˈɛ
    erm ˈɜːm; zzz zz; grr ɡɜː; argh ˈɑːɹɡ,ˈɑːɡ; meh mˈɛ; achoo ətʃˈuː; ooh-la-la ˌuːlɑːlˈɑː; yeah jˈɛə,jˈeə
    duh dˈʌ; every ˈɛvɹi; into ˌɪntʊ; i aɪ; i'm aɪm; been bˌɪn,bˌiːn; i've aɪv; i'll aɪl; i'd aɪd; o' ə; an' ən
    ol' ˈoʊl,ˈəʊl; 'til tɪl; 'bout bˈaʊt; 'round ɹˈaʊnd; 'cause kəz; nothin' nˈʌθɪn; somethin' sˈʌmθɪn
    rock'n'roll ɹˌɑːkənɹˈoʊl,ɹˌɒkənɹˈəʊl; d'you dʒuː; s'pose spˈoʊz,spˈəʊz; y'all're jˈɔːlɚ,jˈɔːləɹ
    y'all've jˈɔːləv; it'd ˌɪɾəd,ˌɪtəd; it'll ˌɪɾəl,ˌɪtəl; it'd've ˌɪɾədəv,ˌɪtədəv; that'd ðˌæɾəd,ðˌætəd
    that'll ðˌæɾəl,ðˌætəl; that've ðˌæɾəv,ðˌætəv; what'd wˌʌɾəd,wˌɒtəd; what'll wˌʌɾəl,wˌɒtəl
    what're wˌʌɾɚ,wˌɒtə; what've wˌʌɾəv,wˌɒtəv; might've mˈaɪɾəv,mˈaɪtəv; who're hˌuːɚ,hˌuːə
    daren't dˈɛɹənt,dˈeənt; ought've ˈɔːɾəv,ˈɔːtəv; may've mˈeɪəv; should've ʃˈʊdəv; would've wˈʊdəv
    could've kˈʊdəv; must've mˈʌstəv; amn't ˈæmənt; mightn't've mˈaɪtəntəv; coulda kˈʊdə; woulda wˈʊdə
    shoulda ʃˈʊdə; résumé ɹˈɛzəmˌeɪ,ɹˈɛzjʊmeɪ; resumé ɹˈɛzəmˌeɪ,ɹˈɛzjʊmeɪ
    tis tˈɪz; 'tis tˈɪz; twas twˈʌz,twˈɒz; ol ˈoʊl,ˈəʊl; niamh nˈiːv; joaquin wɑːkˈiːn,wækˈiːn
    joaquín wɑːkˈiːn,wækˈiːn; saoirse sˈɜːʃə
    """
)
"""Words in small letters that are said so, whatever the dictionary has, in en-US and en-GB.

An apostrophe at the edge of a word may be a quotation mark, and is lost: so `tis` and `ol` stand here without it.
"""

PARTS = _read(
    """
    a ɐ; the ðə; to tə; of əv; and ən; re ɹiː; un ʌn; de diː; pre pɹiː; co koʊ,kəʊ; non nɑːn,nɒn; ex ˌɛks
    """
)
"""How these sound as a part of a word with hyphens."""

SECONDARY = frozenset(
    """
    about above across among any before behind being below beside between down go going having how made make
    making might near not on onto over shall should so together under up upon where which while who who's why
    within without isn't aren't weren't shouldn't couldn't whenever
    """.split()
)
"""Within a phrase they have secondary stress, before a pause primary."""
UNSTRESSED = frozenset("goes what when".split())
"""Within a phrase they have no stress, before a pause primary. At the beginning, what and when have secondary."""
STRONG_AT_PAUSE = frozenset("his in that that's what's where's how's when's why's i".split())
"""They get primary stress before a pause; otherwise they are as the dictionary has them."""

VERB_AHEAD = frozenset(
    """
    to will would can could should shall may might must cannot can't won't wouldn't couldn't shouldn't don't
    doesn't didn't i you we they i'll you'll we'll they'll he'll she'll it'll let's please who do does did to
    never
    """.split()
)
"""Behind them a word that is a noun or a verb is a verb."""
NOUN_AHEAD = frozenset(
    """
    a an the this that these those my your his her its our their no some any each every of in on at by for from
    with into about under over another first last new old good great own
    """.split()
)
"""Behind them it is a noun."""

PAIRS = _read(
    """
    of_the; in_the; on_the ɔːn,ɒn; from_the; with_the; that_the; was_the; at_a; that_a; not_a; than_a; than_an
    was_a; en_route ɑːn ɹˈuːt; had_to; in_which; of_a əv ə; of_an əv ən; for_a fɚ ɐ,fə ɐ; for_an fɚ ɐn,fə ɐn
    for_the fɚ,fə; to_be tə bi; had_been hɐd bɪn,hɐd bin; have_been hɐv bɪn,hɐv bin; would_have wʊd hɐv
    could_have kˌʊd ɐv; should_have ʃˌʊd əv; may_have mˌeɪ hɐv; must_have mˈʌst ɐv; do_not duː nˌɑːt,duː nˌɒt
    did_not dɪd nˌɑːt,dɪd nˌɒt; out_of ˌaʊt əv; might_have mˌaɪt hɐv; does_not dʌz nˌɑːt,dʌz nˌɒt; that_it
    have_not hɐv nˌɑːt,hɐv nˌɒt; there_was ðɛɹ wˌʌz,ðeə wˌɒz; there_are ðɛɹ ˌɑːɹ,ðeəɹ ˌɑː
    there_were ðɛɹ wˌɜː,ðeə wˌɜː
    """
)
"""Two words that are spoken as one, and their sounds when they change. The second is not before a pause."""
