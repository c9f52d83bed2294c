"""What machines write: addresses of the web, of mail and of hosts, paths, entity ids, names in code, hashtags."""

from __future__ import annotations

import re

from litetts_edge.text.normalize.en import spell
from litetts_edge.text.normalize.en.acronyms import is_said
from litetts_edge.text.normalize.en.codes import figures
from litetts_edge.text.normalize.en.rules import Rule, Sentence, words
from litetts_edge.text.tokens import Reading

_NAMES = {".": "dot", "/": "slash", "-": "dash", "_": "underscore", "@": "at", ":": "colon", "?": "question mark",
          "=": "equals", "&": "and", "#": "hash", "%": "percent", "+": "plus", "~": "tilde", "\\": "backslash",
          ",": "comma", "!": "exclamation mark", "*": "star", "$": "dollar", "'": "apostrophe", ";": "semicolon",
          "(": "", ")": "", "[": "", "]": "", "|": "pipe"}  # fmt: skip
_PIECE = re.compile(r"[A-Za-zÀ-ÿ]+|[0-9]+|.", re.S)
_HUMP = re.compile(r"[A-Z]{2,}(?![a-z])|[A-Z]?[a-z]+|[A-Z]|[0-9]+")
_TLD = (
    r"(?:com|org|net|edu|gov|mil|int|info|biz|io|ai|app|dev|co|me|tv|uk|us|ca|au|nz|ie|de|fr|es|it|nl|be|ch|at|se|no|"
    r"fi|dk|pl|pt|br|in|jp|cn|ru|kr|mx|za|eu|local|lan|home|html?|xyz|online|store|blog|news|museum|ly|fm)"
)
_SPELLED_PARTS = words(
    "www com-x uk us tv io ai ca nz de fr nl co-x html htm ie fm php asp http https ftp usr ssh"
)
_DOMAINS = words(
    """sensor binary_sensor light switch climate cover media_player automation script scene input_boolean group
    input_number input_select input_text input_datetime input_button person device_tracker zone sun weather
    lock fan
    vacuum camera alarm_control_panel update button number select text remote siren humidifier water_heater timer
    counter calendar todo event notify tts schedule"""
)


def _word(text: str) -> str:
    lower = text.lower()
    if lower in _SPELLED_PARTS or len(lower) == 1 or not any(one in "aeiouyà-ÿ" for one in lower):
        return "W W W" if lower == "www" else spell.letters(lower)
    if text.isupper() and len(text) > 1 and not is_said(text):
        return spell.letters(text)
    return lower


def address(text: str) -> str:
    """Words, figures and the names of the marks between them."""
    said = []
    for piece in _PIECE.findall(text):
        if piece.isdigit() and piece.isascii():
            said.append(figures(piece))
        elif piece.isalpha() and len(piece) > 0 and piece[0].isascii():
            said.append(
                " ".join(_word(part) for part in _HUMP.findall(piece)) if not piece.islower() else _word(piece)
            )
        else:
            said.append(_NAMES.get(piece, piece if piece.isalpha() else ""))
    return " ".join(filter(None, said))


def _trimmed(match: re.Match[str], kind: str, at: Sentence, skip: int = 0) -> Reading | None:
    """The address without the sentence's own marks at its end."""
    text = match[0].rstrip(".,;:!?'\"")
    while text.endswith(")") and text.count("(") < text.count(")"):
        text = text[:-1].rstrip(".,;:!?")
    body = text[skip:]
    if len(body) > 1:
        body = body.rstrip("/")
    said = address(body)
    return Reading(match.start(), match.start() + len(text), kind, said) if said else None


def _url(match: re.Match[str], at: Sentence) -> Reading | None:
    return _trimmed(match, "electronic", at, skip=len(match["scheme"] or ""))


def _domain(match: re.Match[str], at: Sentence) -> Reading | None:
    return _trimmed(match, "electronic", at)


def _path(match: re.Match[str], at: Sentence) -> Reading | None:
    reading = _trimmed(match, "path", at)
    text = match[0]
    if reading is None or (text.count("/") < 2 and "\\" not in text and text[0] != "~" and "." not in text[1:-1]):
        return None
    return reading


def _ip(match: re.Match[str], at: Sentence) -> str | None:
    if any(int(part) > 255 for part in match["ip"].split(".")):
        return None
    said = " dot ".join(figures(part) for part in match["ip"].split("."))
    if match["mask"]:
        said += f" slash {spell.cardinal(match['mask'])}"
    return said + (f" colon {figures(match['port'])}" if match["port"] else "")


def _ip6(match: re.Match[str], at: Sentence) -> str | None:
    text = match[0]
    if (text.count(":") < 3 and "::" not in text) or re.fullmatch("(?:..:){5}..", text):
        return None
    return " ".join("colon" if part == ":" else spell.letters(part) for part in re.findall("[0-9a-fA-F]+|:", text))


def split_name(text: str) -> str:
    """`livingRoom_temperature2` as "living room temperature two"."""
    said = []
    for run in _HUMP.findall(text):
        if run.isdigit():
            said.append(figures(run))
        elif run.isupper() and len(run) > 1:
            vowels = len(run) > 3 and re.search("[AEIOUY]", run)
            said.append(run.lower() if vowels or is_said(run) else spell.letters(run))
        else:
            said.append(run.lower() if len(run) > 1 or run in "aAiI" else run.upper())
    return " ".join(said)


def _entity(match: re.Match[str], at: Sentence) -> str | None:
    domain, name = match["domain"], match["name"]
    if domain not in _DOMAINS and "_" not in name and "_" not in domain:
        return None
    return f"{split_name(domain)} {split_name(name)}"


def _snake(match: re.Match[str], at: Sentence) -> str:
    return split_name(match[0])


def _hashtag(match: re.Match[str], at: Sentence) -> str | None:
    return f"hashtag {split_name(match['tag'])}" if not match["tag"].isdigit() else None


def _mention(match: re.Match[str], at: Sentence) -> str:
    return f"at {split_name(match['name'])}"


def _ending(match: re.Match[str], at: Sentence) -> str:
    return f"dot {_word(match['name'].lower())}"


def _dot_net(match: re.Match[str], at: Sentence) -> str:
    return f"{spell.letters(match['a'])} dot net"


_HOST = rf"(?:[A-Za-z0-9](?:[A-Za-z0-9-]{{0,40}}+)\.){{1,5}}{_TLD}(?![A-Za-z0-9])"
_REST = r"(?::[0-9]{1,5})?(?:[/?#][^\s<>\"]{0,300}+)?"
EVERYWHERE = (
    Rule("electronic", r"(?P<scheme>(?:https?|ftp|wss?|mqtts?|ssh|file)://)[^\s<>\"]{1,400}+", _url, re.I),
    Rule("electronic", r"(?P<scheme>mailto:)?[\w.+-]{1,64}@[A-Za-z0-9-]{1,40}(?:\.[A-Za-z0-9-]{1,40}){1,5}", _url),
    Rule("electronic", r"(?P<scheme>)www\.[^\s<>\"]{1,300}+", _url, re.I),
    Rule(
        "ip",
        r"(?P<ip>[0-9]{1,3}(?:\.[0-9]{1,3}){3})(?![\w]|\.[0-9])(?:/(?P<mask>[0-9]{1,2})|:(?P<port>[0-9]{1,5}))?(?!\w)",
        _ip,
    ),
    Rule(
        "ip", r"(?=[0-9a-fA-F:]{0,20}[a-fA-F:]{2})[0-9a-fA-F]{1,4}(?::{1,2}[0-9a-fA-F]{1,4}){1,8}(?![\w:])", _ip6
    ),
    Rule("electronic", rf"{_HOST}{_REST}", _domain),
)
"""What may begin with a letter or with a figure."""

RULES = (
    Rule(
        "electronic",
        r"[a-z][a-z0-9-]{0,40}(?:_[a-z0-9-]{1,40}){0,8}(?:\.tar)?\.(?:py|js|txt|ya?ml|json|sh|md|csv|zip|exe|mp[34]|wav|log|conf|jpe?g|png|"
        r"pdf|docx?|xlsx?|gz|bz2|xz|tgz|onnx|so|deb|iso)(?!\w)",
        _domain,
        re.I,
    ),
    Rule("electronic", r"(?P<a>[A-Z]{1,4})\.NET(?!\w)", _dot_net),
    Rule("state", r"(?P<domain>[a-z][a-z_]{1,30})\.(?P<name>[a-z0-9_]{1,100}+)(?![\w.])", _entity),
    Rule("path", r"[A-Za-z]:\\[^\s\"<>|]{0,300}+", _path),
    Rule("id", r"[A-Za-z0-9]{1,40}(?:_{1,4}[A-Za-z0-9]{1,40}){1,20}+(?!\w)", _snake),
    Rule("id", r"[a-z]{2,30}+(?:[A-Z][a-z0-9]{1,30}+){1,10}(?!\w)", _snake),
    Rule("id", r"[A-Z]?[a-z]{2,30}+[A-Z]{2,6}(?!\w)", _snake),
)
_ENDINGS = "NET|net|com|org|edu|gov|io|txt|pdf|exe|jpe?g|png|csv|zip|docx?|mp[34]|html?|xml|json|ya?ml"
DOT_RULES = (Rule("electronic", rf"\.(?P<name>{_ENDINGS})(?!\w)", _ending),)
"""A domain or the ending of a file's name by itself."""
SYMBOL_RULES = (
    Rule("path", r"(?:~|\.{1,2})?/[\w.-]{1,60}(?:/[\w.+-]{1,60}){0,20}+/?(?![\w/])", _path),
    Rule("path", r"\\\\[\w.\\$-]{2,200}+", _path),
    Rule("hashtag", r"#(?P<tag>[A-Za-z][A-Za-z0-9_]{0,80})(?!\w)", _hashtag),
    Rule("electronic", r"(?<![\w])@(?P<name>[A-Za-z0-9_]{1,40})(?!\w)", _mention),
)
