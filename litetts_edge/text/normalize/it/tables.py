"""Italian units, money and calendar."""

from __future__ import annotations

from litetts_edge.text.normalize.classes.tables import Currency, Magnitude, Roman, Suffix, Unit, unit_rows

MONTHS = tuple(
    "gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre dicembre".split()
)
MONTH_NAMES = {name: number for number, name in enumerate(MONTHS, 1)} | {
    "gen": 1, "genn": 1, "feb": 2, "febbr": 2, "apr": 4, "mag": 5, "giu": 6, "lug": 7, "ago": 8, "sett": 9,
    "ott": 10,
    "nov": 11, "dic": 12,
}  # fmt: skip

UNITS = unit_rows("""
    km | chilometro | chilometri
    hm | ettometro | ettometri
    m | metro | metri
    dm | decimetro | decimetri
    cm | centimetro | centimetri
    mm | millimetro | millimetri
    µm | micrometro | micrometri
    nm | nanometro | nanometri
    kg | chilogrammo | chilogrammi
    hg | ettogrammo | ettogrammi
    g gr | grammo | grammi
    mg | milligrammo | milligrammi
    µg | microgrammo | microgrammi
    t | tonnellata | tonnellate | f
    q | quintale | quintali
    lb lbs | libbra | libbre | f
    oz | oncia | once | f
    l lt | litro | litri
    hl | ettolitro | ettolitri
    dl | decilitro | decilitri
    cl | centilitro | centilitri
    ml | millilitro | millilitri
    ha | ettaro | ettari
    mq | metro quadrato | metri quadrati
    mc | metro cubo | metri cubi
    kmq | chilometro quadrato | chilometri quadrati
    h ora | ora | ore | f
    min | minuto | minuti
    s sec | secondo | secondi
    ms | millisecondo | millisecondi
    µs | microsecondo | microsecondi
    ns | nanosecondo | nanosecondi
    W | watt | watt
    kW | chilowatt | chilowatt
    MW | megawatt | megawatt
    GW | gigawatt | gigawatt
    Wh | wattora | wattora
    kWh | chilowattora | chilowattora
    MWh | megawattora | megawattora
    GWh | gigawattora | gigawattora
    kWp | chilowatt picco | chilowatt picco
    VA | voltampere | voltampere
    kVA | chilovoltampere | chilovoltampere
    V | volt | volt
    mV | millivolt | millivolt
    kV | chilovolt | chilovolt
    A | ampere | ampere
    mA | milliampere | milliampere
    Ah | amperora | amperora
    mAh | milliamperora | milliamperora
    Hz | hertz | hertz
    kHz | chilohertz | chilohertz
    MHz | megahertz | megahertz
    GHz | gigahertz | gigahertz
    Pa | pascal | pascal
    hPa | ettopascal | ettopascal
    kPa | chilopascal | chilopascal
    bar | bar | bar
    mbar | millibar | millibar
    J | joule | joule
    kJ | chilojoule | chilojoule
    cal | caloria | calorie | f
    kcal | chilocaloria | chilocalorie | f
    N | newton | newton
    °C | grado celsius | gradi celsius
    °F | grado fahrenheit | gradi fahrenheit
    K | kelvin | kelvin
    lx | lux | lux
    lm | lumen | lumen
    dB | decibel | decibel
    dBm | decibel milliwatt | decibel milliwatt
    ohm | ohm | ohm
    ppm | parte per milione | parti per milione | f
    ppb | parte per miliardo | parti per miliardo | f
    bit | bit | bit
    kB KB kb | kilobyte | kilobyte
    MB | megabyte | megabyte
    GB | gigabyte | gigabyte
    TB | terabyte | terabyte
    Mb | megabit | megabit
    kbps | kilobit al secondo | kilobit al secondo
    Mbps | megabit al secondo | megabit al secondo
    Gbps | gigabit al secondo | gigabit al secondo
    km/h | chilometro orario | chilometri orari
    m/s | metro al secondo | metri al secondo
    giri/min rpm | giro al minuto | giri al minuto
    l/min | litro al minuto | litri al minuto
    m/s² | metro al secondo quadrato | metri al secondo quadrato
    mph | miglio orario | miglia orarie
    mi | miglio | miglia
    ft | piede | piedi
    px | pixel | pixel
    mol | mole | moli | f
    mmHg | millimetro di mercurio | millimetri di mercurio
    µSv | microsievert | microsievert
    mSv | millisievert | millisievert
    CV cv | cavallo | cavalli
""")
POWERS = (Unit("quadrato", "quadrati"), Unit("cubo", "cubi"))

CENT = Unit("centesimo", "centesimi")
EURO, DOLLAR = Currency(Unit("euro", "euro"), CENT), Currency(Unit("dollaro", "dollari"), CENT)
POUND = Currency(Unit("sterlina", "sterline", "f"), Unit("penny", "pence"))
FRANC, YEN = Currency(Unit("franco svizzero", "franchi svizzeri"), CENT), Currency(Unit("yen", "yen"))
CURRENCIES = {
    "€": EURO, "EUR": EURO, "euro": EURO, "Euro": EURO, "$": DOLLAR, "US$": DOLLAR, "USD": DOLLAR,
    "dollari": DOLLAR,
    "£": POUND, "GBP": POUND, "¥": YEN, "JPY": YEN, "CHF": FRANC, "Fr.": FRANC,
    "L.": Currency(Unit("lira", "lire", "f")),
    "CAD": Currency(Unit("dollaro canadese", "dollari canadesi"), CENT),
    "R$": Currency(Unit("real", "real"), CENT),
    "AUD": Currency(Unit("dollaro australiano", "dollari australiani"), CENT),
    "CNY": Currency(Unit("yuan", "yuan")),
    "RUB": Currency(Unit("rublo", "rubli")), "₽": Currency(Unit("rublo", "rubli")),
    "₹": Currency(Unit("rupia", "rupie", "f")),
    "₩": Currency(Unit("won", "won")), "₿": Currency(Unit("bitcoin", "bitcoin")),
    "BTC": Currency(Unit("bitcoin", "bitcoin")),
    "¢": Currency(CENT),
}  # fmt: skip

_MILLION, _BILLION = Magnitude("milione", "milioni"), Magnitude("miliardo", "miliardi")
_THOUSAND = Magnitude("mila", "mila", noun=False)
MAGNITUDES = {
    "mila": _THOUSAND, "k": _THOUSAND, "K": _THOUSAND, "milione": _MILLION, "milioni": _MILLION, "mln": _MILLION,
    "mil.": _MILLION, "M": _MILLION, "Mln": _MILLION, "miliardo": _BILLION, "miliardi": _BILLION, "mld": _BILLION,
    "Mld": _BILLION, "mrd": _BILLION, "Mrd": _BILLION,
}  # fmt: skip

_M, _F = Suffix("m"), Suffix("f")
SUFFIXES = (
    dict.fromkeys("º o esimo mo".split(), _M)
    | dict.fromkeys("ª a esima ma".split(), _F)
    | {"esimi": Suffix("m", plural=True)}
)

_RANK, _COUNT = Roman("m", 999), Roman("m", 0)
ROMAN_BEFORE = (
    dict.fromkeys(
        (
            "secolo secoli sec. libro canto capitolo titolo comma volume tomo atto millennio municipio "
            "piano grado papa"
        ).split(),
        _RANK,
    )
    | dict.fromkeys("parte scena sezione classe zona sessione guerra edizione serie".split(), Roman("f", 999))
    | dict.fromkeys("tipo fase livello allegato articolo rocky".split(), _COUNT)
)
ROMAN_AFTER = (
    dict.fromkeys(
        (
            "secolo secoli sec. millennio congresso festival premio concorso anniversario municipio canto libro"
        ).split(),
        _RANK,
    )
    | dict.fromkeys(
        "capitolo reggimento battaglione governo raduno torneo concilio reich campionato girone distretto".split(),
        _RANK,
    )
    | dict.fromkeys(
        "edizione guerra repubblica giornata olimpiade legislatura dinastia fiera legione crociata".split(),
        Roman("f", 999),
    )
    | dict.fromkeys(
        "divisione armata commissione circoscrizione sezione scena parte classe".split(), Roman("f", 999)
    )
)
NAMES = frozenset(
    """pio giovanni paolo benedetto leone gregorio urbano innocenzo clemente bonifacio alessandro sisto giulio
    niccolò
    luigi carlo enrico filippo francesco umberto emanuele vittorio amedeo ferdinando federico giorgio edoardo
    guglielmo
    elisabetta napoleone pietro caterina maria cosimo lorenzo riccardo giacomo alfonso roberto ottone corrado
    rodolfo
    massimiliano giuseppe leopoldo baldovino alberto gustavo cristiano ramses tolomeo dario serse costantino
    teodosio
    giustiniano celestino adriano callisto eugenio martino marcello onorio stefano nicola ivan felipe juan ludovico
    margherita isabella cristina vladislao sigismondo ranieri tutmosi""".split()
)
