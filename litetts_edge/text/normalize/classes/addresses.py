"""What machines write: e-mail, URL, file, IP, version, telephone, entity id, code."""

from __future__ import annotations

import re
from functools import partial

from litetts_edge.text.normalize.classes.figures import say_digits
from litetts_edge.text.normalize.classes.scan import Rule
from litetts_edge.text.normalize.classes.tables import Tables

_PIECE = re.compile(r"[^\W\d_²³½¼¾]+|\d+|[\W_²³½¼¾]")
_CASES = re.compile(r"[A-ZÀ-Þ]{2,}(?![a-zß-ÿ])|[A-ZÀ-Þ]?[a-zß-ÿ]+|[A-ZÀ-Þ]+")
DOMAINS = (
    "com|org|net|edu|gov|gob|gouv|gov|info|io|dev|app|eu|es|fr|it|br|pt|mx|ar|cl|co|pe|us|uk|de|ch|"
    "be|ca|tv|me|ai|cat"
)
FILES = (
    "pdf|txt|docx?|xlsx?|pptx?|csv|jpe?g|png|gif|svg|mp3|mp4|wav|ogg|zip|tar|gz|py|js|html?|css|"
    "json|ya?ml|md|exe|sh|log|ini|conf"
)
DOMAIN_WORDS = (
    "light|switch|sensor|binary_sensor|climate|cover|fan|lock|media_player|vacuum|camera|scene|"
    "script|automation|person|device_tracker|input_boolean|input_number|input_select|weather|sun|"
    "zone|group|timer|button|number|select|alarm_control_panel|water_heater|humidifier"
)


def say_letters(tables: Tables, letters: str) -> str:
    """Capitals apart."""
    return " ".join(tables.letters.get(letter.upper(), letter.upper()) for letter in letters)


def say_word(tables: Tables, word: str) -> str:
    """A word of an address: said when it can be, else spelled."""
    parts = _CASES.findall(word) or [word]
    return " ".join(_say_part(tables, part) for part in parts)


def _say_part(tables: Tables, part: str) -> str:
    low = part.lower()
    if low in tables.net_words:
        return low
    vowels = re.search(r"[aeiouyàáâãäèéêëìíîïòóôõöùúûü]", low)
    if not vowels or len(part) == 1 or (len(part) <= 3 and part.upper() in tables.acronyms_spelled):
        return say_letters(tables, part)
    if part.isupper() and len(part) <= 3 and part not in tables.acronyms_said:
        return say_letters(tables, part)
    return low


def say_number(tables: Tables, digits: str) -> str:
    """A number within a code: as a number when short."""
    return tables.cardinal(int(digits)) if len(digits) <= 4 and digits[0] != "0" else say_digits(tables, digits)


def say_address(tables: Tables, written: str) -> str:
    """Every piece of it, marks named."""
    pieces = []
    for piece in _PIECE.findall(written):
        if piece.isdecimal():
            pieces.append(say_number(tables, piece))
        elif piece[0].isalpha():
            pieces.append(say_word(tables, piece))
        else:
            pieces.append(tables.net_symbols.get(piece) or tables.symbols.get(piece, ""))
    return " ".join(pieces)


def _domain(tables: Tables, match: re.Match[str]) -> str | None:
    """`a.me` in running text is more often a lost space than an address."""
    name, ending = match["name"], match["tld"].lower()
    if len(ending) == 2 and ending in tables.net_words and "/" not in match[0] and len(name) < 3:
        return None
    return _web(tables, match)


def _web(tables: Tables, match: re.Match[str]) -> str:
    """Endings of two letters are spelled unless they are words."""
    host, slash, path = match[0].partition("//") if "//" in match[0] else ("", "", match[0])
    spoken = say_address(tables, host + slash) if host else ""
    name, mark, rest = re.match(r"([^/?#:]*)([/?#:]?)(.*)", path, re.DOTALL).groups()  # type: ignore[union-attr]
    stem, dot, ending = name.rpartition(".")
    spoken += f" {say_address(tables, stem + dot)} {_ending(tables, ending)}"
    return f"{spoken} {say_address(tables, mark + rest)}"


def _ending(tables: Tables, ending: str) -> str:
    """Last part of a host: countries are spelled unless they are words."""
    country = len(ending) == 2 and ending.isascii() and ending.isalpha() and ending.lower() not in tables.net_words
    return say_letters(tables, ending) if country else say_address(tables, ending)


def _mail(tables: Tables, match: re.Match[str]) -> str:
    user, at, host = match[0].rpartition("@")
    stem, dot, ending = host.rpartition(".")
    return f"{say_address(tables, user + at + stem + dot)} {_ending(tables, ending)}"


def _handle(tables: Tables, match: re.Match[str]) -> str:
    return say_address(tables, match[0])


def _hashtag(tables: Tables, match: re.Match[str]) -> str:
    return f"{tables.hashtag} {say_address(tables, match[0][1:])}"


def _entity(tables: Tables, match: re.Match[str]) -> str:
    """The dot and underscores of an entity id are spaces to who hears it."""
    return say_address(tables, re.sub(r"[._]+", " ", match[0]))


def _dotted(tables: Tables, match: re.Match[str]) -> str:
    """IP and version: numbers joined by the word for the dot."""
    head = f"{tables.version} " if match["v"] else ""
    parts = (
        say_number(tables, part) if part[0] != "0" else say_digits(tables, part) for part in match["n"].split(".")
    )
    spoken = head + f" {tables.net_symbols['.']} ".join(parts)
    if match["port"]:
        spoken += f" {tables.net_symbols[':']} {say_number(tables, match['port'])}"
    if match["mask"]:
        spoken += f" {tables.net_symbols['/']} {say_number(tables, match['mask'])}"
    return spoken


def say_phone(tables: Tables, written: str) -> str:
    """Groups as written, a pause between."""
    groups = re.findall(r"\+|\d+", written)
    if tables.phone_by_two and len(groups) == 1 and len(groups[0]) == 10:
        groups = re.findall(r"\d\d", written)
    spoken: list[str] = []
    for group in groups:
        if group == "+":
            spoken.append(tables.plus)
        elif tables.phone_by_two and len(group) <= 2:
            zero = f"{tables.cardinal(0)} " if group[0] == "0" and len(group) == 2 else ""
            spoken.append(zero + tables.cardinal(int(group)))
        else:
            spoken.append(say_digits(tables, group))
    return ", ".join(spoken).replace(f"{tables.plus}, ", f"{tables.plus} ")


def _phone(tables: Tables, match: re.Match[str]) -> str:
    return say_phone(tables, match[0])


def _code(tables: Tables, match: re.Match[str]) -> str:
    """Letters and digits together: B52, COVID-19, 4K, iPhone15."""
    written = match[0]
    pieces = []
    for piece in re.findall(r"[²³]|[^\W\d_²³]+|\d+", written):
        if piece in "²³":
            pieces.append(tables.cardinal(2 if piece == "²" else 3))
        elif piece[0].isdecimal():
            pieces.append(say_number(tables, piece))
        elif piece in tables.acronyms_said:
            pieces.append(piece)
        elif piece.isupper() and (len(piece) <= 3 or not re.fullmatch(tables.syllables, piece)):
            pieces.append(say_letters(tables, piece))
        else:
            pieces.append(say_word(tables, piece) if len(piece) < 3 else piece)
    return " ".join(pieces)


_SUBSCRIPTS = str.maketrans("₀₁₂₃₄₅₆₇₈₉", "0123456789")


def _formula(tables: Tables, match: re.Match[str]) -> str:
    """H₂O: letters apart."""
    pieces = re.findall(r"\d+|[^\W\d]", match[0].translate(_SUBSCRIPTS))
    return " ".join(say_number(tables, p) if p.isdecimal() else say_letters(tables, p) for p in pieces)


def address_rules(tables: Tables) -> list[Rule]:
    """First of all: dots and digits in addresses mean nothing else."""
    rest = r"[^\s<>\"]{0,300}(?<![.,;:!?)'\]])"
    label = r"[^\W_](?:[\w-]{0,62})"
    return [
        Rule(
            "electronic",
            re.compile(rf"(?<![\w.+-])[\w.+-]{{1,64}}+@{label}(?:\.{label}){{1,5}}(?!\w)"),
            partial(_mail, tables),
        ),
        Rule(
            "electronic",
            re.compile(rf"(?i:(?<!\w)(?:https?|ftp|mqtts?)://{rest}|(?<![\w.])www\.{rest})"),
            partial(_web, tables),
        ),
        Rule(
            "state",
            re.compile(rf"(?<![\w.])(?:{DOMAIN_WORDS})\.[a-z0-9_]{{1,80}}+(?![\w.]\w)"),
            partial(_entity, tables),
        ),
        Rule("path", re.compile(rf"(?<![\w./-])[\w-]{{1,63}}\.(?:{FILES})(?!\w)"), partial(_handle, tables)),
        Rule(
            "electronic",
            re.compile(
                rf"(?i:(?<![\w@./-])(?P<name>[a-z0-9][\w-]{{1,62}}(?:\.[\w-]{{1,63}}){{0,3}})\.(?P<tld>{DOMAINS})(?:/{rest})?(?![\w-]))"
            ),
            partial(_domain, tables),
        ),
        Rule(
            "path",
            re.compile(r"(?<![\w/.])(?:~|\.{1,2})?/[a-z][\w.-]{0,60}(?:/[\w.-]{1,60}){1,12}(?<!\.)"),
            partial(_handle, tables),
        ),
        Rule("electronic", re.compile(r"(?<![\w@])@[A-Za-z_][\w.]{0,60}(?<!\.)"), partial(_handle, tables)),
        Rule("hashtag", re.compile(r"(?<![\w#])#[^\W\d]\w{0,60}"), partial(_hashtag, tables)),
    ]


def code_rules(tables: Tables) -> list[Rule]:
    """Telephones, IPs and versions: before dates and numbers."""
    dotted = (
        r"(?<![\w.])(?P<v>[vV]\.? ?)?(?P<n>\d{1,4}(?:\.\d{1,4}){2,3})(?::(?P<port>\d{1,5}))"
        r"?(?:/(?P<mask>\d{1,2}))?(?![\w])(?!\.\d)"
    )
    version = (
        r"(?<![\w.])(?P<v>[vV]\.? ?)(?P<n>\d{1,3}(?:\.\d{1,4}){0,3})(?P<port>(?!))?(?P<mask>(?!))?(?![\w])(?!\.\d)"
    )
    return [
        Rule(
            "phone",
            re.compile(rf"(?<![\w.,/-])(?<!\d )(?:{tables.phones})(?![\w])(?![.,-]\d)"),
            partial(_phone, tables),
        ),
        Rule("version", re.compile(version), partial(_dotted, tables)),
        Rule("ip", re.compile(dotted), partial(_not_thousands, tables)),
    ]


def _not_thousands(tables: Tables, match: re.Match[str]) -> str | None:
    parts = match["n"].split(".")
    grouped = not match["v"] and all(len(part) == 3 for part in parts[1:]) and parts[0][0] != "0"
    if grouped and (len(parts) < 4 or "000" in parts or any(int(part) > 255 for part in parts)):
        return None
    if re.fullmatch(r"(?:0?[1-9]|[12]\d|3[01])\.(?:0?[1-9]|1[0-2])\.(?:\d\d|\d{4})", match["n"]):
        return None
    return _dotted(tables, match)


def mixed_rules(tables: Tables) -> list[Rule]:
    """What is left with letters and digits in one word."""
    mixed = r"(?<!\w)(?<!\d[.,])(?:[^\W\d_]{1,40}+-?\d|\d{1,20}+[^\W\d_])\w{0,60}+(?:-\d{1,6}(?!\w))?"
    snake = r"(?<!\w)[^\W_]{1,40}+(?:_{1,3}[^\W_]{1,40}+){1,12}(?!\w)"
    chain = r"(?<![\w.,/-])(?:\d{1,10}+-){2,6}\d{1,10}+(?![\w/-])(?![.,]\d)"
    return [
        Rule("id", re.compile(chain), partial(_phone, tables), 0.2),
        Rule("id", re.compile(r"(?<!\w)[A-Za-z0-9]{1,12}+[₀-₉][A-Za-z₀-₉]{0,20}+"), partial(_formula, tables)),
        Rule("id", re.compile(snake), partial(_entity, tables)),
        Rule("id", re.compile(mixed), partial(_code, tables), 0.2),
    ]
