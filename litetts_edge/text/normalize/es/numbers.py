"""Spanish numbers in words (RAE, Ortografía 2010 and Diccionario panhispánico de dudas)."""

from __future__ import annotations

UNDER_30 = """cero uno dos tres cuatro cinco seis siete ocho nueve diez once doce trece catorce quince dieciséis
diecisiete dieciocho diecinueve veinte veintiuno veintidós veintitrés veinticuatro veinticinco veintiséis
veintisiete
veintiocho veintinueve""".split()
TENS = "_ _ _ treinta cuarenta cincuenta sesenta setenta ochenta noventa".split()
HUNDREDS = """_ ciento doscientos trescientos cuatrocientos quinientos seiscientos setecientos ochocientos
novecientos""".split()

ORDINALS = "_ primero segundo tercero cuarto quinto sexto séptimo octavo noveno".split()
ORDINAL_TENS = """_ décimo vigésimo trigésimo cuadragésimo quincuagésimo sexagésimo septuagésimo octogésimo
nonagésimo""".split()
ORDINAL_HUNDREDS = """_ centésimo ducentésimo tricentésimo cuadringentésimo quingentésimo sexcentésimo
septingentésimo octingentésimo noningentésimo""".split()
PARTS = "_ _ medio tercio cuarto quinto sexto séptimo octavo noveno décimo".split()


def _hundreds(number: int, gender: str) -> str:
    """1..999. "m" cuts the final uno: veintiún euros."""
    hundreds, rest = divmod(number, 100)
    if number == 100:
        return "cien"
    words = [HUNDREDS[hundreds]] if hundreds else []
    if gender == "f" and hundreds > 1:
        words = [HUNDREDS[hundreds][:-2] + "as"]
    if rest:
        words.append(_tens(rest, gender))
    return " ".join(words)


def _tens(number: int, gender: str) -> str:
    last = {"m": "un", "f": "una"}.get(gender, "uno")
    if number == 21:
        return {"m": "veintiún", "f": "veintiuna"}.get(gender, "veintiuno")
    if number == 1:
        return last
    if number < 30:
        return UNDER_30[number]
    tens, one = divmod(number, 10)
    return TENS[tens] + (f" y {last if one == 1 else UNDER_30[one]}" if one else "")


def _thousands(number: int, gender: str) -> str:
    """1..999,999."""
    thousands, rest = divmod(number, 1000)
    words = []
    if thousands:
        words.append("mil" if thousands == 1 else _hundreds(thousands, gender or "m") + " mil")
    if rest:
        words.append(_hundreds(rest, gender))
    return " ".join(words)


def cardinal(number: int, gender: str = "") -> str:
    """0 <= number < 10**18; millón is masculine whatever is counted."""
    if number == 0:
        return "cero"
    words = []
    for power, one, many in ((10**12, "un billón", "billones"), (10**6, "un millón", "millones")):
        count, number = divmod(number, power)
        if count:
            words.append(one if count == 1 else f"{_thousands(count, 'm')} {many}")
    if number:
        words.append(_thousands(number, gender))
    return " ".join(words)


def ordinal(number: int, gender: str = "m", *, plural: bool = False, before: bool = False) -> str:
    """1..999; `before` cuts primero and tercero."""
    hundreds, rest = divmod(number, 100)
    tens, one = divmod(rest, 10)
    words = [ORDINAL_HUNDREDS[hundreds]] if hundreds else []
    if rest in {11, 12}:
        words.append("undécimo" if rest == 11 else "duodécimo")
    elif tens == 1 and one:
        words.append(("decimo" + ORDINALS[one]).replace("oo", "o"))
    else:
        words += [ORDINAL_TENS[tens]] * bool(tens) + [ORDINALS[one]] * bool(one)
    if gender == "f":
        words = [word[:-1] + "a" for word in words]
    if plural:
        words = [word + "s" for word in words]
    elif before and gender == "m" and one in {1, 3} and words[-1][-5:] in {"imero", "rcero"}:
        words[-1] = words[-1][:-1]
    return " ".join(words)


def fraction(over: int, under: int) -> str | None:
    """Tercios, cuartos, onceavos; None for what is no fraction to a listener."""
    if under < 2 or over < 1 or under > 1000 or over > 99:
        return None
    if under <= 10:
        part = PARTS[under]
    elif under in {100, 1000}:
        part = "centésimo" if under == 100 else "milésimo"
    elif under > 100 or over >= under:
        return None
    else:
        part = _joined(under) + "avo"
    return f"{cardinal(over, 'm')} {part}{'s' if over > 1 else ''}"


def _joined(number: int) -> str:
    """Treinta y dos -> treintaidos; what carries -avo is one word without accents of its own."""
    word = cardinal(number).replace(" y ", "i").replace(" ", "")
    for accented, plain in (("é", "e"), ("ó", "o")):
        word = word.replace(accented, plain)
    return word[:-1] if word.endswith("a") else word


FEMININE = frozenset(
    """mano manos noche noches tarde tardes calle calles clase clases parte partes ley leyes mujer mujeres vez
    veces
    imagen imágenes flor flores llave llaves luz luces red redes sede sedes voz voces señal señales torre torres
    nave
    naves nube nubes clave claves fuente fuentes muerte muertes sal carne sangre leche serie series base bases fase
    fases frase frases especie especies superficie tesis crisis dosis síntesis hipótesis radio radios foto fotos
    moto
    motos libra hectárea cárcel cárceles piel pieles sartén orden órdenes cruz cruces paz raíz raíces actriz
    actrices
    perdiz nariz torre corte gente suerte costumbre legumbre cumbre cumbres catástrofe variable variables
    cuádruple llamada mayoría sur pyme pymes""".split()
)
MASCULINE = frozenset(
    """día días mapa mapas problema problemas tema temas programa programas sistema sistemas planeta planetas
    idioma
    idiomas clima climas poeta poetas cura drama dramas lema lemas teorema síntoma síntomas diploma diplomas
    telegrama telegramas kilogramo gramo panorama esquema esquemas enigma emblema dilema dilemas cometa cometas
    guardia
    turista periodista artista futbolista ciclista deportista policía ataque sofá sofás papa papas gorila plasma
    fantasma fantasmas pijama pijamas poema poemas aroma aromas kilómetros millones bus autobús mes país lunes
    martes miércoles
    jueves viernes análisis paréntesis gramas tequila atleta atletas""".split()
)
FUNCTION = frozenset(
    """a al ante con de del desde e el ella ellas ellos en entre era eran es esta está están este fue fueron ha han
    hasta la las le les lo los más me mi muy más menos ni no nos o para pero por porque que se según ser si sido
    sin
    sobre son su sus también te tras tu u un una unas uno unos veces y ya como cuando donde aunque mientras antes
    después
    contra durante hay tiene tenía mil cero dos tres cuatro cinco seis pues así entonces además
    enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre""".split()
) - {"veces"}
_FEMININE_ENDS = (
    "a",
    "as",
    "ción",
    "ciones",
    "sión",
    "siones",
    "dad",
    "dades",
    "tud",
    "tudes",
    "xión",
    "xiones",
    "umbre",
    "umbres",
)


def agreement(word: str, after: str = "") -> str:
    """The gender of what is counted; an adjective's ending tells as well as the noun's."""
    low = word.lower()
    if low in FUNCTION or not low.isalpha():
        return ""
    if word[:1].isupper() and not after:
        return ""
    if low in FEMININE:
        return "f"
    if low in MASCULINE:
        return "m"
    if low.endswith(_FEMININE_ENDS):
        return "f"
    return "m" if low.endswith(("s", "o", "e", "l", "r", "n", "d", "z")) else ""


def clock(hour: int, minute: int, marked: bool) -> str:
    """Las tres y cinco, catorce treinta, ocho horas."""
    said = cardinal(hour, "f")
    if not minute:
        unit = "hora" if hour == 1 else "horas"
        return f"{said} {unit}" if marked or hour > 12 or hour == 0 else said
    if not hour:
        said += " horas"
    joint = " y " if minute < 10 or (0 < hour <= 12 and minute < 30) else " "
    return said + joint + cardinal(minute)


def day_part(hour: int, part: str) -> str:
    del hour
    return "A M" if part == "a" else "P M"


def of(word: str) -> str:
    return "de " + word


def singular(amount: float) -> bool:
    return amount == 1
