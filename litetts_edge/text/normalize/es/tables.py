"""Spanish units, money and calendar."""

from __future__ import annotations

from litetts_edge.text.normalize.classes.tables import Currency, Magnitude, Roman, Suffix, Unit, unit_rows

MONTHS = tuple("enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre".split())
MONTH_NAMES = {name: number for number, name in enumerate(MONTHS, 1)} | {
    "setiembre": 9, "ene": 1, "feb": 2, "mar": 3, "abr": 4, "jun": 6, "jul": 7, "ago": 8, "sep": 9, "sept": 9,
    "oct": 10, "nov": 11, "dic": 12,
}  # fmt: skip


UNITS = unit_rows("""
    km | kilómetro | kilómetros
    hm | hectómetro | hectómetros
    m | metro | metros
    dm | decímetro | decímetros
    cm | centímetro | centímetros
    mm | milímetro | milímetros
    µm | micrómetro | micrómetros
    nm | nanómetro | nanómetros
    kg | kilogramo | kilogramos
    g gr | gramo | gramos
    mg | miligramo | miligramos
    µg | microgramo | microgramos
    t | tonelada | toneladas | f
    lb lbs | libra | libras | f
    oz | onza | onzas | f
    l | litro | litros
    hl | hectolitro | hectolitros
    dl | decilitro | decilitros
    cl | centilitro | centilitros
    ml | mililitro | mililitros
    ha | hectárea | hectáreas | f
    h | hora | horas | f
    min | minuto | minutos
    s | segundo | segundos
    ms | milisegundo | milisegundos
    µs | microsegundo | microsegundos
    ns | nanosegundo | nanosegundos
    W | vatio | vatios
    kW | kilovatio | kilovatios
    MW | megavatio | megavatios
    GW | gigavatio | gigavatios
    Wh | vatio hora | vatios hora
    kWh | kilovatio hora | kilovatios hora
    MWh | megavatio hora | megavatios hora
    GWh | gigavatio hora | gigavatios hora
    kWp | kilovatio pico | kilovatios pico
    VA | voltamperio | voltamperios
    kVA | kilovoltamperio | kilovoltamperios
    V | voltio | voltios
    mV | milivoltio | milivoltios
    kV | kilovoltio | kilovoltios
    A | amperio | amperios
    mA | miliamperio | miliamperios
    Ah | amperio hora | amperios hora
    mAh | miliamperio hora | miliamperios hora
    Hz | hercio | hercios
    kHz | kilohercio | kilohercios
    MHz | megahercio | megahercios
    GHz | gigahercio | gigahercios
    Pa | pascal | pascales
    hPa | hectopascal | hectopascales
    kPa | kilopascal | kilopascales
    bar | bar | bares
    mbar | milibar | milibares
    psi | libra por pulgada cuadrada | libras por pulgada cuadrada | f
    J | julio | julios
    kJ | kilojulio | kilojulios
    cal | caloría | calorías | f
    kcal | kilocaloría | kilocalorías | f
    N | newton | newtons
    °C | grado celsius | grados celsius
    °F | grado fahrenheit | grados fahrenheit
    K | kelvin | kelvin
    lx | lux | lux
    lm | lumen | lúmenes
    dB | decibelio | decibelios
    dBm | decibelio milivatio | decibelios milivatio
    ohm | ohmio | ohmios
    kΩ | kiloohmio | kiloohmios
    ppm | parte por millón | partes por millón | f
    ppb | parte por mil millones | partes por mil millones | f
    bit | bit | bits
    kB KB | kilobyte | kilobytes
    MB | megabyte | megabytes
    GB | gigabyte | gigabytes
    TB | terabyte | terabytes
    Mb | megabit | megabits
    kbps | kilobit por segundo | kilobits por segundo
    Mbps | megabit por segundo | megabits por segundo
    Gbps | gigabit por segundo | gigabits por segundo
    rpm | revolución por minuto | revoluciones por minuto | f
    mph mi/h | milla por hora | millas por hora | f
    mi | milla | millas | f
    ft | pie | pies
    nudos | nudo | nudos
    px | píxel | píxeles
    mol | mol | moles
    mmHg | milímetro de mercurio | milímetros de mercurio
    µSv | microsievert | microsieverts
    mSv | milisievert | milisieverts
    CV | caballo | caballos
    kph | kilómetro por hora | kilómetros por hora
""")
POWERS = (Unit("cuadrado", "cuadrados"), Unit("cúbico", "cúbicos"))

CENT = Unit("céntimo", "céntimos")
CENTAVO = Unit("centavo", "centavos")
EURO = Currency(Unit("euro", "euros"), CENT)
DOLLAR = Currency(Unit("dólar", "dólares"), CENTAVO)


def _american(name: str) -> Currency:
    return Currency(Unit(f"dólar {name}", f"dólares {name}"), CENTAVO)


def _peso(name: str) -> Currency:
    return Currency(Unit(f"peso {name}", f"pesos {name}s"), CENTAVO)


POUND = Currency(Unit("libra", "libras", "f"), Unit("penique", "peniques"))
CURRENCIES = {
    "€": EURO, "EUR": EURO, "euros": EURO, "euro": EURO, "$": DOLLAR, "US$": DOLLAR, "USD": DOLLAR, "U$S": DOLLAR,
    "dólares": DOLLAR, "£": POUND, "GBP": POUND, "¥": Currency(Unit("yen", "yenes")),
    "JPY": Currency(Unit("yen", "yenes")), "CHF": Currency(Unit("franco suizo", "francos suizos"), CENT),
    "MXN": _peso("mexicano"), "ARS": _peso("argentino"), "COP": _peso("colombiano"), "CLP": _peso("chileno"),
    "MX$": _peso("mexicano"), "R$": Currency(Unit("real", "reales"), CENTAVO),
    "BRL": Currency(Unit("real", "reales"), CENTAVO), "S/": Currency(Unit("sol", "soles"), CENT),
    "PEN": Currency(Unit("sol", "soles"), CENT), "₡": Currency(Unit("colón", "colones"), CENT),
    "₿": Currency(Unit("bitcoin", "bitcoines")), "BTC": Currency(Unit("bitcoin", "bitcoines")),
    "C$": _american("canadiense"), "CAD": Currency(Unit("dólar canadiense", "dólares canadienses"), CENTAVO),
    "AUD": Currency(Unit("dólar australiano", "dólares australianos"), CENTAVO),
    "CNY": Currency(Unit("yuan", "yuanes")), "RUB": Currency(Unit("rublo", "rublos")),
    "₽": Currency(Unit("rublo", "rublos")), "₹": Currency(Unit("rupia", "rupias", "f")),
    "₩": Currency(Unit("won", "wones")), "₤": POUND, "¢": Currency(CENTAVO), "cts": Currency(CENT),
}  # fmt: skip

_MILLION, _THOUSAND = Magnitude("millón", "millones"), Magnitude("mil", "mil", noun=False)
MAGNITUDES = {
    "mil": _THOUSAND, "K": _THOUSAND, "k": _THOUSAND, "millón": _MILLION, "millones": _MILLION, "M": _MILLION,
    "mill.": _MILLION, "mill": _MILLION, "MM": _MILLION, "mm": _MILLION, "mn": _MILLION,
    "mil millones": Magnitude("mil millones", "mil millones"), "billones": Magnitude("billón", "billones"),
    "billón": Magnitude("billón", "billones"), "mil M": Magnitude("mil millones", "mil millones"),
}  # fmt: skip

_M, _F, _CUT = Suffix("m"), Suffix("f"), Suffix("m", before=True)
SUFFIXES = (
    dict.fromkeys("º o ro do to mo vo no".split(), _M)
    | dict.fromkeys("ª a ra da ta ma va na".split(), _F)
    | {"er": _CUT, "os": Suffix("m", plural=True), "as": Suffix("f", plural=True), "ᵉʳ": _CUT}
)

_CENTURY, _COUNT, _KING = Roman("m", 10), Roman("m", 0), Roman("m", 10)
ROMAN_BEFORE = (
    dict.fromkeys(("siglo", "siglos", "s."), _CENTURY)
    | dict.fromkeys(
        "capítulo tomo volumen título anexo tipo fase grado nivel fascículo libro apartado".split(), _COUNT
    )
    | dict.fromkeys("parte sección acto escena zona clase categoría etapa y al ley".split(), _COUNT)
    | {"artículo": _COUNT, "guerra mundial": Roman("f", 99)}
)
ROMAN_AFTER = (
    dict.fromkeys(
        "congreso festival premio certamen encuentro concurso torneo campeonato foro simposio plan".split(),
        Roman("m", 99, before=True),
    )
    | dict.fromkeys(
        (
            "edición guerra república cumbre jornada jornadas feria olimpiada conferencia dinastía "
            "legislatura semana carrera maratón reunión"
        ).split(),
        Roman("f", 99),
    )
    | dict.fromkeys(
        ("centenario", "aniversario", "milenio", "concilio", "seminario", "reich", "milenio"),
        Roman("m", 99, before=True),
    )
)
NAMES = frozenset(
    """felipe carlos alfonso fernando luis juan pablo pío benedicto isabel enrique jorge eduardo guillermo napoleón
    pedro sancho ramiro garcía ramón jaime maría catalina francisco león gregorio urbano inocencio clemente
    bonifacio alejandro nicolás federico ricardo jacobo leopoldo balduino alberto gustavo cristián haakon ramsés
    amenofis tutmosis ptolomeo darío jerjes artajerjes constantino teodosio justiniano víctor humberto manuel
    josé sixto adriano calixto celestino martín esteban margarita cristina juana carlota otón olaf""".split()
)
KING = _KING
