"""French units, money and calendar."""

from __future__ import annotations

from litetts_edge.text.normalize.classes.tables import Currency, Magnitude, Roman, Suffix, Unit, unit_rows

MONTHS = tuple("janvier février mars avril mai juin juillet août septembre octobre novembre décembre".split())
MONTH_NAMES = {name: number for number, name in enumerate(MONTHS, 1)} | {
    "fevrier": 2, "aout": 8, "decembre": 12, "janv": 1, "jan": 1, "févr": 2, "fév": 2, "avr": 4, "juil": 7,
    "juill": 7,
    "sept": 9, "oct": 10, "nov": 11, "déc": 12,
}  # fmt: skip

UNITS = unit_rows("""
    km | kilomètre | kilomètres
    hm | hectomètre | hectomètres
    m | mètre | mètres
    dm | décimètre | décimètres
    cm | centimètre | centimètres
    mm | millimètre | millimètres
    µm | micromètre | micromètres
    nm | nanomètre | nanomètres
    kg | kilogramme | kilogrammes
    g gr | gramme | grammes
    mg | milligramme | milligrammes
    µg | microgramme | microgrammes
    t | tonne | tonnes | f
    lb lbs | livre | livres | f
    oz | once | onces | f
    l | litre | litres
    hl | hectolitre | hectolitres
    dl | décilitre | décilitres
    cl | centilitre | centilitres
    ml | millilitre | millilitres
    ha | hectare | hectares
    h | heure | heures | f
    min mn | minute | minutes | f
    s sec | seconde | secondes | f
    ms | milliseconde | millisecondes | f
    µs | microseconde | microsecondes | f
    ns | nanoseconde | nanosecondes | f
    W | watt | watts
    kW | kilowatt | kilowatts
    MW | mégawatt | mégawatts
    GW | gigawatt | gigawatts
    Wh | wattheure | wattheures
    kWh | kilowattheure | kilowattheures
    MWh | mégawattheure | mégawattheures
    GWh | gigawattheure | gigawattheures
    TWh | térawattheure | térawattheures
    kWc kWp | kilowatt-crête | kilowatts-crête
    VA | voltampère | voltampères
    kVA | kilovoltampère | kilovoltampères
    V | volt | volts
    mV | millivolt | millivolts
    kV | kilovolt | kilovolts
    A | ampère | ampères
    mA | milliampère | milliampères
    Ah | ampère-heure | ampères-heures
    mAh | milliampère-heure | milliampères-heures
    Hz | hertz | hertz
    kHz | kilohertz | kilohertz
    MHz | mégahertz | mégahertz
    GHz | gigahertz | gigahertz
    Pa | pascal | pascals
    hPa | hectopascal | hectopascals
    kPa | kilopascal | kilopascals
    bar | bar | bars
    mbar | millibar | millibars
    J | joule | joules
    kJ | kilojoule | kilojoules
    cal | calorie | calories | f
    kcal | kilocalorie | kilocalories | f
    N | newton | newtons
    °C | degré celsius | degrés celsius
    °F | degré fahrenheit | degrés fahrenheit
    K | kelvin | kelvins
    lx | lux | lux
    lm | lumen | lumens
    dB | décibel | décibels
    dBm | décibel-milliwatt | décibels-milliwatts
    ohm | ohm | ohms
    ppm | partie par million | parties par million | f
    ppb | partie par milliard | parties par milliard | f
    bit | bit | bits
    ko kB KB kb | kilooctet | kilooctets
    Mo MB | mégaoctet | mégaoctets
    Go GB | gigaoctet | gigaoctets
    To TB | téraoctet | téraoctets
    Mb | mégabit | mégabits
    kbps | kilobit par seconde | kilobits par seconde
    Mbps | mégabit par seconde | mégabits par seconde
    Gbps | gigabit par seconde | gigabits par seconde
    Mo/s | mégaoctet par seconde | mégaoctets par seconde
    Go/s | gigaoctet par seconde | gigaoctets par seconde
    tr/min rpm | tour par minute | tours par minute
    mph mi/h | mille à l'heure | milles à l'heure
    mi | mille | milles
    ft | pied | pieds
    px | pixel | pixels
    mol | mole | moles | f
    mmHg | millimètre de mercure | millimètres de mercure
    µSv | microsievert | microsieverts
    mSv | millisievert | millisieverts
    ch | cheval | chevaux
""")
POWERS = (Unit("carré", "carrés"), Unit("cube", "cubes"))

CENT = Unit("centime", "centimes")
CENTS = Unit("cent", "cents")
EURO, DOLLAR = Currency(Unit("euro", "euros"), CENT), Currency(Unit("dollar", "dollars"), CENTS)
POUND = Currency(Unit("livre", "livres", "f"), Unit("penny", "pence"))
FRANC = Currency(Unit("franc suisse", "francs suisses"), CENT)
YEN = Currency(Unit("yen", "yens"))
CURRENCIES = {
    "€": EURO, "EUR": EURO, "euros": EURO, "euro": EURO, "$": DOLLAR, "US$": DOLLAR, "USD": DOLLAR, "$US": DOLLAR,
    "dollars": DOLLAR, "£": POUND, "GBP": POUND, "¥": YEN, "JPY": YEN, "CHF": FRANC, "Fr.": FRANC,
    "FF": Currency(Unit("franc", "francs"), CENT), "F": Currency(Unit("franc", "francs"), CENT),
    "$CA": Currency(Unit("dollar canadien", "dollars canadiens"), CENTS),
    "CAD": Currency(Unit("dollar canadien", "dollars canadiens"), CENTS),
    "R$": Currency(Unit("réal", "réals"), CENT), "CNY": Currency(Unit("yuan", "yuans")),
    "RUB": Currency(Unit("rouble", "roubles")), "₽": Currency(Unit("rouble", "roubles")),
    "₹": Currency(Unit("roupie", "roupies", "f")), "₩": Currency(Unit("won", "wons")),
    "₿": Currency(Unit("bitcoin", "bitcoins")), "BTC": Currency(Unit("bitcoin", "bitcoins")),
    "FCFA": Currency(Unit("franc C F A", "francs C F A")), "¢": Currency(CENTS), "cts": Currency(CENT),
}  # fmt: skip

_MILLION, _MILLIARD, _THOUSAND = (
    Magnitude("million", "millions"),
    Magnitude("milliard", "milliards"),
    Magnitude("mille", "mille", noun=False),
)
MAGNITUDES = {
    "mille": _THOUSAND, "K": _THOUSAND, "k": _THOUSAND, "million": _MILLION, "millions": _MILLION, "M": _MILLION,
    "Mio": _MILLION, "milliard": _MILLIARD, "milliards": _MILLIARD, "Md": _MILLIARD, "Mds": _MILLIARD,
    "Mrd": _MILLIARD, "Mrds": _MILLIARD, "billion": Magnitude("billion", "billions"),
    "billions": Magnitude("billion", "billions"),
}  # fmt: skip

_M, _F = Suffix("m"), Suffix("f")
SUFFIXES = (
    dict.fromkeys("er e ème eme ième ieme è ᵉ ᵉʳ º".split(), _M)
    | dict.fromkeys("re ère ere".split(), _F)
    | dict.fromkeys("ers es èmes emes".split(), Suffix("m", plural=True))
    | dict.fromkeys("res ères".split(), Suffix("f", plural=True))
)
ROMAN_SUFFIXES = dict.fromkeys("er e ème eme ième è ᵉ ᵉʳ".split(), _M) | dict.fromkeys("re ère".split(), _F) | {
    "es": Suffix("m", plural=True), "èmes": Suffix("m", plural=True),
}  # fmt: skip

_COUNT = Roman("m", 0)
ROMAN_BEFORE = dict.fromkeys(
    """chapitre tome volume titre annexe type phase livre partie section acte scène zone classe catégorie étape
    article grade niveau niveaux verset épisode groupe paris lyon rocky mondiale""".split(),
    _COUNT,
)
ROMAN_AFTER = {
    "siècle": Roman("m", 99), "siècles": Roman("m", 99), "république": Roman("f", 99),
    "arrondissement": Roman("m", 99),
    "dynastie": Roman("f", 99), "reich": Roman("m", 99), "olympiade": Roman("f", 99), "édition": Roman("f", 99),
}  # fmt: skip
NAMES = frozenset(
    """louis charles henri françois philippe napoléon jean jean-paul paul pie benoît élisabeth elisabeth georges
    george
    édouard guillaume robert hugues clovis dagobert childebert clotaire richard albert léopold baudouin frédéric
    catherine pierre alexandre nicolas ivan grégoire innocent clément boniface urbain léon sixte félix juan
    philibert
    ferdinand alphonse isabelle jacques marie othon otton rodolphe maximilien joseph ramsès ptolémée darius xerxès
    victor-emmanuel humbert christian gustave haakon olaf felipe carlos mohammed hassan fouad constantin justinien
    théodose mindaugas rainier honoré""".split()
)
KING = Roman("m", 1)
