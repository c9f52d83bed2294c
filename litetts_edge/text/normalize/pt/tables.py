"""Units, money and calendar of Brazil."""

from __future__ import annotations

from litetts_edge.text.normalize.classes.tables import Currency, Magnitude, Roman, Suffix, Unit, unit_rows

MONTHS = tuple("janeiro fevereiro março abril maio junho julho agosto setembro outubro novembro dezembro".split())
MONTH_NAMES = {name: number for number, name in enumerate(MONTHS, 1)} | {
    "jan": 1, "fev": 2, "abr": 4, "jun": 6, "jul": 7, "ago": 8, "out": 10, "nov": 11, "dez": 12,
}  # fmt: skip

UNITS = unit_rows("""
    km | quilômetro | quilômetros
    hm | hectômetro | hectômetros
    m | metro | metros
    dm | decímetro | decímetros
    cm | centímetro | centímetros
    mm | milímetro | milímetros
    µm | micrômetro | micrômetros
    nm | nanômetro | nanômetros
    kg | quilograma | quilogramas
    g gr | grama | gramas
    mg | miligrama | miligramas
    µg | micrograma | microgramas
    t | tonelada | toneladas | f
    lb lbs | libra | libras | f
    oz | onça | onças | f
    l | litro | litros
    hl | hectolitro | hectolitros
    dl | decilitro | decilitros
    cl | centilitro | centilitros
    ml | mililitro | mililitros
    ha | hectare | hectares
    h | hora | horas | f
    min | minuto | minutos
    s | segundo | segundos
    ms | milissegundo | milissegundos
    µs | microssegundo | microssegundos
    ns | nanossegundo | nanossegundos
    W | watt | watts
    kW | quilowatt | quilowatts
    MW | megawatt | megawatts
    GW | gigawatt | gigawatts
    Wh | watt-hora | watts-hora
    kWh | quilowatt-hora | quilowatts-hora
    MWh | megawatt-hora | megawatts-hora
    GWh | gigawatt-hora | gigawatts-hora
    kWp | quilowatt pico | quilowatts pico
    VA | volt-ampère | volts-ampères
    kVA | quilovolt-ampère | quilovolts-ampères
    V | volt | volts
    mV | milivolt | milivolts
    kV | quilovolt | quilovolts
    A | ampere | amperes
    mA | miliampere | miliamperes
    Ah | ampere-hora | amperes-hora
    mAh | miliampere-hora | miliamperes-hora
    Hz | hertz | hertz
    kHz | quilohertz | quilohertz
    MHz | megahertz | megahertz
    GHz | gigahertz | gigahertz
    Pa | pascal | pascals
    hPa | hectopascal | hectopascals
    kPa | quilopascal | quilopascals
    bar | bar | bars
    mbar | milibar | milibares
    psi | libra por polegada quadrada | libras por polegada quadrada | f
    J | joule | joules
    kJ | quilojoule | quilojoules
    cal | caloria | calorias | f
    kcal | quilocaloria | quilocalorias | f
    N | newton | newtons
    °C | grau celsius | graus celsius
    °F | grau fahrenheit | graus fahrenheit
    K | kelvin | kelvins
    lx | lux | lux
    lm | lúmen | lúmens
    dB | decibel | decibéis
    dBm | decibel miliwatt | decibéis miliwatt
    ohm | ohm | ohms
    ppm | parte por milhão | partes por milhão | f
    ppb | parte por bilhão | partes por bilhão | f
    bit | bit | bits
    kB KB kb | quilobyte | quilobytes
    MB | megabyte | megabytes
    GB | gigabyte | gigabytes
    TB | terabyte | terabytes
    Mb | megabit | megabits
    kbps | quilobit por segundo | quilobits por segundo
    Mbps | megabit por segundo | megabits por segundo
    Gbps | gigabit por segundo | gigabits por segundo
    rpm | rotação por minuto | rotações por minuto | f
    mph mi/h | milha por hora | milhas por hora | f
    mi | milha | milhas | f
    ft | pé | pés
    px | pixel | pixels
    mol | mol | mols
    mmHg | milímetro de mercúrio | milímetros de mercúrio
    µSv | microsievert | microsieverts
    mSv | milisievert | milisieverts
    cv | cavalo | cavalos
""")
POWERS = (Unit("quadrado", "quadrados"), Unit("cúbico", "cúbicos"))

CENT = Unit("centavo", "centavos")
CENTIMO = Unit("centavo", "centavos")
REAL, DOLLAR = Currency(Unit("real", "reais"), CENT), Currency(Unit("dólar", "dólares"), CENT)
EURO = Currency(Unit("euro", "euros"), CENTIMO)
POUND = Currency(Unit("libra", "libras", "f"), Unit("pêni", "pence"))
YEN = Currency(Unit("iene", "ienes"))
CURRENCIES = {
    "R$": REAL, "BRL": REAL, "reais": REAL, "real": REAL, "$": DOLLAR, "US$": DOLLAR, "USD": DOLLAR, "U$": DOLLAR,
    "dólares": DOLLAR, "€": EURO, "EUR": EURO, "euros": EURO, "£": POUND, "GBP": POUND, "¥": YEN, "JPY": YEN,
    "CHF": Currency(Unit("franco suíço", "francos suíços"), CENT),
    "CAD": Currency(Unit("dólar canadense", "dólares canadenses"), CENT),
    "C$": Currency(Unit("dólar canadense", "dólares canadenses"), CENT),
    "AUD": Currency(Unit("dólar australiano", "dólares australianos"), CENT),
    "CNY": Currency(Unit("iuane", "iuanes")),
    "ARS": Currency(Unit("peso argentino", "pesos argentinos"), CENT), "RUB": Currency(Unit("rublo", "rublos")),
    "₽": Currency(Unit("rublo", "rublos")), "₹": Currency(Unit("rupia", "rupias", "f")),
    "₩": Currency(Unit("won", "wons")), "₿": Currency(Unit("bitcoin", "bitcoins")),
    "BTC": Currency(Unit("bitcoin", "bitcoins")), "¢": Currency(CENT),
    "Cr$": Currency(Unit("cruzeiro", "cruzeiros"), CENT),
}  # fmt: skip

_MILLION, _BILLION, _TRILLION = (
    Magnitude("milhão", "milhões"),
    Magnitude("bilhão", "bilhões"),
    Magnitude("trilhão", "trilhões"),
)
_THOUSAND = Magnitude("mil", "mil", noun=False)
MAGNITUDES = {
    "mil": _THOUSAND, "k": _THOUSAND, "K": _THOUSAND, "milhão": _MILLION, "milhões": _MILLION, "mi": _MILLION,
    "mi.": _MILLION, "M": _MILLION, "MM": _MILLION, "bilhão": _BILLION, "bilhões": _BILLION, "bi": _BILLION,
    "B": _BILLION, "trilhão": _TRILLION, "trilhões": _TRILLION, "tri": _TRILLION,
}  # fmt: skip

_M, _F = Suffix("m"), Suffix("f")
SUFFIXES = (
    dict.fromkeys("º o".split(), _M)
    | dict.fromkeys("ª a".split(), _F)
    | {"os": Suffix("m", plural=True), "as": Suffix("f", plural=True), "ºs": Suffix("m", plural=True)}
)

_TEN, _COUNT = Roman("m", 10), Roman("m", 0)
ROMAN_BEFORE = (
    dict.fromkeys(("século", "séculos", "séc.", "papa"), _TEN)
    | dict.fromkeys(
        "capítulo tomo volume título anexo tipo fase grau nível livro artigo inciso ato módulo".split(), _COUNT
    )
    | dict.fromkeys("parte seção cena zona classe categoria etapa episódio apêndice rocky".split(), _COUNT)
)
ROMAN_AFTER = (
    dict.fromkeys(
        "congresso festival prêmio concurso encontro torneio campeonato fórum simpósio exército distrito".split(),
        Roman("m", 99),
    )
    | dict.fromkeys("centenário milênio concílio seminário reich batalhão comando salão".split(), Roman("m", 99))
    | dict.fromkeys(
        "edição guerra república cúpula jornada feira olimpíada conferência dinastia semana corrida".split(),
        Roman("f", 99),
    )
    | dict.fromkeys(
        "maratona reunião bienal mostra copa região brigada divisão internacional".split(), Roman("f", 99)
    )
)
NAMES = frozenset(
    """pedro joão paulo pio bento isabel henrique jorge eduardo guilherme napoleão luís carlos filipe felipe afonso
    manuel sancho dinis fernando duarte sebastião josé miguel maria francisco leão gregório urbano inocêncio
    clemente
    bonifácio alexandre nicolau frederico ricardo jaime leopoldo balduíno alberto gustavo cristiano haakon ramsés
    ptolomeu dario xerxes constantino teodósio justiniano vítor humberto sisto adriano calisto celestino martinho
    elizabeth elisabete margarida catarina luiz ivan charles""".split()
)
KING = _TEN
