"""The tags of SSML 1.1 with their attributes, and what to say about XML that is none. Pure."""

from __future__ import annotations

from xml.parsers.expat import errors

KNOWN: dict[str, frozenset[str]] = {
    tag: frozenset(attributes.split())
    for tag, attributes in {
        "speak": "version onlangfailure lang",
        "p": "",
        "s": "",
        "w": "role",
        "token": "role",
        "lang": "onlangfailure lang",
        "voice": "name languages lang gender age variant required ordering onvoicefailure",
        "prosody": "rate pitch volume contour range duration",
        "emphasis": "level",
        "break": "time strength",
        "mark": "name",
        "say-as": "interpret-as format detail language",
        "sub": "alias",
        "phoneme": "alphabet ph type",
        "audio": "src fetchtimeout fetchhint maxage maxstale clipBegin clipEnd repeatCount repeatDur "
        "soundLevel speed",
        "desc": "",
        "metadata": "",
        "meta": "name http-equiv content",
        "lexicon": "uri type fetchtimeout maxage maxstale",
        "lookup": "ref",
    }.items()
}
UNSPOKEN = frozenset("desc metadata meta lexicon".split())
OTHERS = frozenset("par seq media".split())
"""Tags of other makers, known by name: their text is spoken."""

_REASONS = {
    errors.XML_ERROR_UNDEFINED_ENTITY: "XML does not know this &…; there. Write the character itself",
    errors.XML_ERROR_JUNK_AFTER_DOC_ELEMENT: "something follows </speak>. Put all of the text before it",
    errors.XML_ERROR_UNCLOSED_TOKEN: "a tag is not finished. Write &lt; for a < that begins none",
    errors.XML_ERROR_DUPLICATE_ATTRIBUTE: "the attribute is there twice. Remove one",
}
READ_AS = frozenset(
    """characters spell-out verbatim letters cardinal number ordinal digits fraction unit measure date time
    duration telephone phone currency money address expletive bleep interjection name net words""".split()
)
"""What say-as may ask for; a maker's prefix (`vxml:phone`) makes no difference."""
OTHER_MAKERS = frozenset("amazon google mstts ibm".split())
NOT_READ = frozenset("contour range duration gender age variant required".split())
"""Attributes that are SSML, and are not followed."""


def reason(why: str, document: str, at: int) -> str:
    """What expat's error means at this character, and what to do."""
    if why == errors.XML_ERROR_INVALID_TOKEN:
        before = document[max(at - 1, 0) : at + 1]
        sign = "&" if "&" in before else "<" if "<" in before else ""
        if sign:
            return f"a {sign} that begins nothing. Write {'&amp;' if sign == '&' else '&lt;'} for {sign}"
    return _REASONS.get(why, f"{why}. Mend the XML there")
