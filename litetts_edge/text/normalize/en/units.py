"""Units of measure: their symbols, and how one and many are said."""

from __future__ import annotations

import re
from functools import cache

from litetts_edge.text.normalize.en.spell import plural

_PREFIXES = {
    "T": "tera", "G": "giga", "M": "mega", "k": "kilo", "h": "hecto", "d": "deci", "c": "centi", "m": "milli",
    "µ": "micro", "μ": "micro", "n": "nano", "p": "pico",
}  # fmt: skip
_PREFIXED = {
    "kcmµμnd": {"m": "meter"},
    "kmµμn": {"g": "gram", "mol": "mole"},
    "mcdµμh": {"l": "liter", "L": "liter"},
    "mµμn": {"s": "second"},
    "kMGTm": {"W": "watt", "Wh": "watt hour", "Hz": "hertz", "J": "joule", "eV": "electronvolt"},
    "kmµμM": {"V": "volt", "VA": "volt ampere", "A": "ampere", "Ω": "ohm"},
    "km": {"Ah": "ampere hour", "N": "newton", "cal": "calorie", "lm": "lumen", "lx": "lux", "Bq": "becquerel",
           "var": "var", "varh": "var hour"},
    "hkMG": {"Pa": "pascal"},
    "kMGT": {"B": "byte", "b": "bit", "bit": "bit", "bps": "bit per second", "Bps": "byte per second"},
    "mµμ": {"Sv": "sievert", "T": "tesla", "H": "henry", "Gy": "gray"},
    "µμnp": {"F": "farad"},
    "m": {"bar": "bar"},
}  # fmt: skip
_PLAIN = {
    "m": "meter", "g": "gram", "l": "liter", "L": "liter", "s": "second", "W": "watt", "Wh": "watt hour",
    "Hz": "hertz", "J": "joule", "V": "volt", "VA": "volt ampere", "A": "amp", "Ah": "ampere hour", "Ω": "ohm",
    "lm": "lumen", "lx": "lux", "lux": "lux", "Pa": "pascal", "bar": "bar", "mol": "mole", "var": "var",
    "mA": "milliamp", "mAh": "milliamp hour", "kVA": "kilovolt ampere", "B": "byte", "bit": "bit", "dB": "decibel",
    "dBA": "decibel A", "dBm": "decibel milliwatt", "dBi": "decibel I", "KB": "kilobyte", "Kb": "kilobit",
    "KiB": "kibibyte", "MiB": "mebibyte", "GiB": "gibibyte", "TiB": "tebibyte", "Kbps": "kilobit per second",
    "mi": "mile", "yd": "yard", "yds": "yard", "ft": "foot", "in": "inch", "oz": "ounce", "lb": "pound",
    "lbs": "pound", "gal": "gallon", "qt": "quart", "tsp": "teaspoon", "tbsp": "tablespoon", "acre": "acre",
    "ha": "hectare", "t": "ton", "kt": "knot", "kts": "knot", "kn": "knot", "mph": "mile per hour",
    "kph": "kilometer per hour", "kmh": "kilometer per hour", "km/h": "kilometer per hour",
    "mpg": "mile per gallon",
    "rpm": "revolution per minute", "RPM": "revolution per minute", "bpm": "beat per minute",
    "fps": "frame per second", "dpi": "dot per inch", "psi": "pound per square inch", "ppm": "part per million",
    "ppb": "part per billion", "px": "pixel", "MP": "megapixel", "min": "minute", "mins": "minute", "h": "hour",
    "hr": "hour", "hrs": "hour", "sec": "second", "secs": "second", "d": "day", "wk": "week", "wks": "week",
    "yr": "year", "yrs": "year", "mo": "month", "mos": "month", "cc": "cubic centimeter", "sqft": "square foot",
    "sqm": "square meter", "cu": "cubic", "sq": "square", "mmHg": "millimeter of mercury",
    "inHg": "inch of mercury", "Nm": "newton meter", "hp": "horsepower", "bhp": "brake horsepower",
    "°C": "degree Celsius", "°F": "degree Fahrenheit", "℃": "degree Celsius", "℉": "degree Fahrenheit",
    "ºC": "degree Celsius", "ºF": "degree Fahrenheit", "°": "degree", "º": "degree", "deg": "degree",
    "K": "kelvin", "Bft": "Beaufort", "bft": "Beaufort",
    "kcal": "kilocalorie", "cal": "calorie", "mcg": "microgram", "ly": "light year", "Sv": "sievert",
    "Bq": "becquerel", "Gy": "gray", "BTU": "B T U", "btu": "B T U", "MPa": "megapascal", "%": "percent",
    "‰": "per mille", "kWp": "kilowatt peak", "kmph": "kilometer per hour", "′": "minute", "″": "second",
    "Km": "kilometer", "KM": "kilometer", "Kg": "kilogram", "KG": "kilogram", "KHz": "kilohertz", "KW": "kilowatt",
    "Kw": "kilowatt", "kw": "kilowatt", "KWh": "kilowatt hour", "kwh": "kilowatt hour", "Kwh": "kilowatt hour",
    "mhz": "megahertz", "ghz": "gigahertz", "Mhz": "megahertz", "Ghz": "gigahertz", "gb": "gigabyte",
    "mb": "megabyte", "kb": "kilobyte", "tb": "terabyte", "mbps": "megabit per second", "kj": "kilojoule",
    "meter": "meter", "kilo": "kilo", "US gal": "U S gallon", "fl oz": "fluid ounce",
}  # fmt: skip
_UNCHANGED = frozenset("hertz lux percent bar horsepower kelvin Beaufort mercury var pixels".split())
_IRREGULAR = {"foot": "feet", "inch": "inches", "B T U": "B T U's", "henry": "henries"}
_POWERS = {"²": "square ", "2": "square ", "³": "cubic ", "3": "cubic ", "^2": "square ", "^3": "cubic "}
_PART = re.compile(r"(?P<square>sq\.? ?|cu\.? ?)?(?P<unit>.+?)(?P<power>\^?[23]|[²³])?\Z")


@cache
def names() -> dict[str, str]:
    """Every symbol of one unit, to the name of one of it, in American spelling."""
    table: dict[str, str] = {}
    for prefixes, units in _PREFIXED.items():
        for prefix in prefixes:
            for symbol, name in units.items():
                table[prefix + symbol] = _PREFIXES[prefix] + name
    return table | _PLAIN


@cache
def pattern() -> str:
    """A regular expression for a unit, simple or compound: `km/h`, `W/m²`, `sq ft`, `kWh`, `m/s^2`, `N·m`."""
    symbols = "|".join(map(re.escape, sorted(names(), key=len, reverse=True)))
    one = rf"(?:(?:sq|cu)\.? ?)?(?:{symbols})(?:\^?[23](?![0-9])|[²³])?+"
    return rf"(?:{one}(?:[/·⋅]{one}){{0,2}}(?![^\W_]|[/·.][^\W_]))"


def spoken_unit(written: str, one: bool, british: bool) -> str | None:
    """The unit's words, `one` of it or many; None for what is no unit."""
    first, *others = re.split(r"([/·⋅])", written)
    said = _simple(first, one or (bool(others) and others[0] != "/"))
    for joint, symbol in zip(others[::2], others[1::2], strict=True):
        other = _simple(symbol, one or joint == "/")
        if said is None or other is None:
            return None
        said = f"{said} per {other}" if joint == "/" else f"{said} {other}"
    return _british(said) if said and british else said


def _simple(written: str, one: bool) -> str | None:
    found = _PART.match(written)
    if found is None:
        return None
    name = names().get(found["unit"].strip())
    if name is None:
        return None
    power = _POWERS[found["power"]] if found["power"] else ""
    if found["square"]:
        power = "square " if found["square"].startswith("sq") else "cubic "
    if name == "second" and power:
        return "second squared" if power == "square " else "second cubed"
    return power + (name if one else many(name))


def many(name: str) -> str:
    """The plural: `meter` "meters", `mile per hour` "miles per hour", `degree Celsius` "degrees Celsius"."""
    head, link, tail = name, "", ""
    for middle in (" per ", " of ", " Celsius", " Fahrenheit", " A", " I", " peak"):
        if middle in name and not name.startswith("per"):
            head, link, tail = name.partition(middle)
            break
    *words, last = head.split(" ")
    if name in _IRREGULAR:
        return _IRREGULAR[name]
    if last not in _UNCHANGED and not last.endswith(("hertz", "lux")) and name != "per mille":
        last = _IRREGULAR.get(last, plural(last))
    return " ".join([*words, last]) + link + tail


def _british(words: str) -> str:
    return _METER.sub("metre", words).replace("liter", "litre").replace("kilometremetre", "kilometre")


_METER = re.compile(r"meter\b|meter(?=s\b)")
