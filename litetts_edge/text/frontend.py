"""The front end: a text, plain or SSML, to sentences that a voice can read; and why it reads them so."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from litetts_edge.errors import LanguageNotFound
from litetts_edge.speech import Alphabet, Sentence, Voice
from litetts_edge.text import espeak, reading
from litetts_edge.text.document import Document, Passage
from litetts_edge.text.lexicon import Lexicon, LexiconSource
from litetts_edge.text.lexicon_files import LexiconFiles
from litetts_edge.text.script import foreign_script
from litetts_edge.text.tokens import Token
from litetts_edge.text.voicing import Voiced, for_espeak, foreign, ipa_of, is_english, portions, sound_of, voiced

UNSURE = 0.3
"""From this doubt on, explain() counts a word among those it was least sure of."""
MOST_UNSURE = 10


@dataclass(frozen=True, slots=True)
class Explained:
    """How one token of a text is spoken, and why."""

    span: tuple[int, int]
    """[start, end) in the text as it came, in characters."""
    text: str
    """What stands there."""
    kind: str
    """Its class: one of text.tokens.KINDS."""
    spoken: str
    """The words; empty for a mark."""
    phonemes: str
    """IPA; of a voice that reads words itself, what espeak-ng says."""
    source: str
    """Where the phonemes came from: `user`, `lexicon`, `ssml`, `homograph`, `dictionary`, `espeak`, `spelled`;
    several where the words of one token differ, joined by `+`."""
    doubt: float
    """0 is sure, 1 is a guess."""


@dataclass(frozen=True, slots=True)
class Explanation:
    """How a text is spoken."""

    tokens: tuple[Explained, ...]
    unsure: tuple[str, ...]
    """What it was least sure of, the least sure first."""
    warnings: tuple[str, ...]
    """`code: detail`, as the closing event of a request has them."""

    def document(self) -> dict[str, Any]:
        """As JSON has it."""
        names = {"kind": "class"}
        tokens = [{names.get(name, name): value for name, value in asdict(one).items()} for one in self.tokens]
        return {"tokens": tokens, "unsure": list(self.unsure), "warnings": list(self.warnings)}


class Frontend:
    """Reads numbers, dates, units and names of a text as a person would. Called on the inference thread.

    `lexicon` is asked at every text, so what is added to it holds at once.
    """

    def __init__(self, lexicon: LexiconSource | None = None) -> None:
        self._files = lexicon or LexiconFiles()

    def sentences(self, text: str, voice: Voice, lang: str) -> Iterator[Sentence]:
        """Yield what is spoken; see TextFrontend. Raises SsmlInvalid, LanguageNotFound."""
        document = Document(text)
        lang = lang or _own(document.lang, voice)
        lexicon = self._files.current()
        warnings = (*document.warnings, *_warnings(document, lang))
        silence_ms = 0  # of passages without a word
        for passage in document.passages(lang):
            spoken_in, unknown = _language(passage, lang)
            warnings += unknown
            silence_ms += passage.lead_ms
            spoken = False
            for sentence in _sentences(document, passage, voice, spoken_in, lexicon):
                yield replace(sentence, lead_ms=silence_ms, warnings=warnings + sentence.warnings)
                warnings, silence_ms = (), 0
                spoken = True
            if not spoken:
                silence_ms += passage.tail_ms

    def explain(self, text: str, voice: Voice, lang: str = "") -> Explanation:
        """How `text` is spoken by `voice`, token by token. Raises SsmlInvalid, LanguageNotFound."""
        document = Document(text)
        lang = lang or _own(document.lang, voice)
        lexicon = self._files.current()
        found: list[Explained] = []
        warnings = (*document.warnings, *_warnings(document, lang))
        for passage in document.passages(lang):
            spoken_in, unknown = _language(passage, lang)
            warnings += unknown
            tokens = reading.tokens(passage.text, spoken_in, passage.fixed, lexicon)
            found += _explained(text, document, passage, tokens, spoken_in, found[-1].span[1] if found else 0)
        doubtful = sorted((one for one in found if one.doubt >= UNSURE), key=lambda one: -one.doubt)
        unsure = tuple(dict.fromkeys(one.text for one in doubtful))[:MOST_UNSURE]
        return Explanation(tuple(found), unsure, tuple(dict.fromkeys(warnings)))


def normalize(text: str, lang: str, lexicon: Lexicon | None = None) -> str:
    """What is spoken for `text`, on one line."""
    document = Document(text)
    said = []
    for passage in document.passages(lang):
        tokens = reading.tokens(passage.text, _language(passage, lang)[0], passage.fixed, lexicon)
        said.append(reading.spoken(passage.text, tokens))
    return " ".join(part for part in said if is_speakable(part))


def phonemes(text: str, lang: str, lexicon: Lexicon | None = None) -> str:
    """The IPA of `text`, on one line. Raises LanguageNotFound."""
    espeak.language(lang)  # also when there is nothing to say
    document = Document(text)
    said = []
    for passage in document.passages(lang):
        spoken_in, _ = _language(passage, lang)
        tokens = reading.tokens(passage.text, spoken_in, passage.fixed, lexicon)
        if is_english(spoken_in):
            said.append(ipa_of(voiced(tokens, spoken_in)))
        else:
            said.append(foreign(reading.spoken(passage.text, tokens), tokens, spoken_in))
    return " ".join(part for part in said if part)


def is_speakable(text: str) -> bool:
    """Whether there is a letter or a digit in it."""
    return any(unicodedata.category(character)[0] in "LN" for character in text)


def _sentences(
    document: Document, passage: Passage, voice: Voice, lang: str, lexicon: Lexicon
) -> Iterator[Sentence]:
    tokens = reading.tokens(passage.text, lang, passage.fixed, lexicon)
    said = reading.spoken(passage.text, tokens)
    span = document.source(passage.start, passage.start + len(passage.text))
    if not is_speakable(said) or not (is_speakable(passage.text) or any(token.source for token in tokens)):
        return  # signs alone are no text, though each of them can be named
    if voice.alphabet is not Alphabet.IPA:
        ignored = tuple(
            f"ipa_ignored: {token.written!r}; {voice.id} reads words, no phonemes"
            for token in tokens
            if token.phonemes
        )
        yield replace(_sentence(passage, for_espeak(said, passage.text, lang), lang, span), warnings=ignored)
    elif not is_english(lang):
        if ipa := foreign(said, tokens, lang):
            yield _sentence(passage, said, lang, span, ipa)
    else:
        yield from _portioned(document, passage, tokens, said, lang)


def _portioned(
    document: Document, passage: Passage, tokens: Sequence[Token], said: str, lang: str
) -> Iterator[Sentence]:
    """An English passage as sentences of a length that models take."""
    every = list(portions(voiced(tokens, lang)))
    done = 0
    for index, parts in enumerate(every):
        ipa = ipa_of(parts)
        last = index + 1 == len(every)
        final = tokens[parts[-1].token]
        end = len(passage.text) if last else final.start + int((final.end - final.start) * parts[-1].share)
        start, done = done, max(done, end)
        if not ipa or done == start:
            continue
        text = said if len(every) == 1 else " ".join(passage.text[start:end].split()) or said
        span = document.source(passage.start + start, passage.start + done)
        yield _sentence(passage, text, lang, span, ipa, first=index == 0, last=last)


def _sentence(
    passage: Passage,
    said: str,
    lang: str,
    span: tuple[int, int],
    ipa: str = "",
    *,
    first: bool = True,
    last: bool = True,
) -> Sentence:
    return Sentence(
        said,
        lang,
        span,
        passage.pause_ms if last else 0,
        ipa,
        tail_ms=passage.tail_ms if last else 0,
        voice=passage.style.voice,
        rate=passage.style.rate,
        marks=passage.marks if first else (),
    )


def _explained(
    text: str, document: Document, passage: Passage, tokens: Sequence[Token], lang: str, done: int
) -> Iterator[Explained]:
    parts: dict[int, list[Voiced]] = {}
    if is_english(lang):
        for part in voiced(tokens, lang):
            parts.setdefault(part.token, []).append(part)
    for index, token in enumerate(tokens):
        start, end = document.source(passage.start + token.start, passage.start + token.end)
        if not token.spoken:
            end = min(end, _next(document, passage, tokens, index))
        # What cleaning wrote longer (`²²` as `^22`) may be several tokens in one place: the first has it.
        start, end = max(start, done), max(end, start, done)
        done = end
        own = parts.get(index, [])
        words = [part for part in own if not part.is_mark]
        if is_english(lang):
            ipa, sources = ipa_of(own), [part.source for part in words]
        else:
            ipa = token.phonemes or (sound_of(token.spoken, lang) if token.spoken else "")
            sources = [token.source or "espeak"] if token.spoken else []
        doubt = max([token.doubt, *(part.word.doubt for part in words)])
        spoken = "" if token.kind == "mark" else token.spoken
        source = "+".join(dict.fromkeys(sources))
        yield Explained((start, end), text[start:end], token.kind, spoken, ipa, source, round(doubt, 2))


def _next(document: Document, passage: Passage, tokens: Sequence[Token], index: int) -> int:
    """Where in the text the next token begins."""
    following = tokens[index + 1 : index + 2]
    at = passage.start + (following[0].start if following else len(passage.text))
    return document.source(at, at + 1)[0]


def _language(passage: Passage, lang: str) -> tuple[str, tuple[str, ...]]:
    """What a passage is read in, and the warning when SSML names a language that nobody reads."""
    asked = passage.style.lang
    if not asked:
        return lang, ()
    try:
        espeak.language(asked)
    except LanguageNotFound:
        return lang, (f"language_kept: no voice reads {asked[:40]!r}; {lang} goes on",)
    return asked, ()


def _own(asked: str, voice: Voice) -> str:
    """The language of a document by a voice: the voice's own accent where it speaks that language."""
    same = asked.partition("-")[0].lower() == voice.lang.partition("-")[0].lower()
    return voice.lang if not asked or same else asked


def _warnings(document: Document, lang: str) -> tuple[str, ...]:
    warnings = [f"ssml_unheard: {name} is understood, but not heard yet" for name in document.unheard()]
    if script := foreign_script(document.text, lang):
        warnings.append(f"other_script: the text is in {script} letters, and is read as {lang}")
    return tuple(warnings)
