"""Numbers of Brazilian Portuguese in words."""

from __future__ import annotations

UNDER_20 = """zero um dois três quatro cinco seis sete oito nove dez onze doze treze catorze quinze dezesseis
    dezessete
dezoito dezenove""".split()
TENS = "_ _ vinte trinta quarenta cinquenta sessenta setenta oitenta noventa".split()
HUNDREDS = "_ cento duzentos trezentos quatrocentos quinhentos seiscentos setecentos oitocentos novecentos".split()
ORDINALS = "_ primeiro segundo terceiro quarto quinto sexto sétimo oitavo nono".split()
ORDINAL_TENS = """_ décimo vigésimo trigésimo quadragésimo quinquagésimo sexagésimo septuagésimo octogésimo
nonagésimo""".split()
ORDINAL_HUNDREDS = """_ centésimo ducentésimo trecentésimo quadringentésimo quingentésimo sexcentésimo
    septingentésimo
octingentésimo noningentésimo""".split()


def _hundreds(number: int, gender: str) -> str:
    """1..999; one, two and the hundreds agree."""
    if number == 100:
        return "cem"
    hundreds, rest = divmod(number, 100)
    words = []
    if hundreds:
        word = HUNDREDS[hundreds]
        words.append(word[:-2] + "as" if gender == "f" and hundreds > 1 else word)
    tens, one = (0, rest) if rest < 20 else divmod(rest, 10)
    if tens:
        words.append(TENS[tens])
    if one:
        words.append({1: "uma", 2: "duas"}.get(one, UNDER_20[one]) if gender == "f" else UNDER_20[one])
    return " e ".join(words)


def cardinal(number: int, gender: str = "") -> str:
    """0 <= number < 10**18. "e" comes before a last part under a hundred or of whole hundreds: mil e duzentos."""
    if number == 0:
        return "zero"
    parts: list[str] = []
    rest = number
    scales = (
        (10**15, "quatrilhão", "quatrilhões"),
        (10**12, "trilhão", "trilhões"),
        (10**9, "bilhão", "bilhões"),
        (10**6, "milhão", "milhões"),
    )
    last = number
    for power, one, many in scales:
        count, rest = divmod(rest, power)
        if count:
            parts.append(f"{_hundreds(count, 'm')} {one if count == 1 else many}")
            last = count
    thousands, rest = divmod(rest, 1000)
    if thousands:
        parts.append("mil" if thousands == 1 else _hundreds(thousands, gender) + " mil")
        last = thousands
    if rest:
        parts.append(_hundreds(rest, gender))
        last = rest
    if len(parts) == 1:
        return parts[0]
    joint = " e " if last < 100 or last % 100 == 0 else " "
    return " ".join(parts[:-1]) + joint + parts[-1]


def ordinal(number: int, gender: str = "m", *, plural: bool = False, before: bool = False) -> str:
    """1..999."""
    del before
    hundreds, rest = divmod(number, 100)
    tens, one = divmod(rest, 10)
    words = [ORDINAL_HUNDREDS[hundreds]] * bool(hundreds)
    words += [ORDINAL_TENS[tens]] * bool(tens) + [ORDINALS[one]] * bool(one)
    if gender == "f":
        words = [word[:-1] + "a" for word in words]
    return " ".join(word + "s" if plural else word for word in words)


def fraction(over: int, under: int) -> str | None:
    """meio, terço, quarto, doze avos; None for what is no fraction to a listener."""
    if under < 2 or over < 1 or under > 1000 or over > 99 or (over >= under > 10):
        return None
    special = {2: "meio", 3: "terço", 100: "centésimo", 1000: "milésimo"}
    if under in special or under <= 10:
        part = special.get(under) or ordinal(under)
        return f"{cardinal(over)} {part}{'s' if over > 1 else ''}"
    return f"{cardinal(over)} {cardinal(under)} avos"


FEMININE = frozenset(
    """mão mãos noite noites tarde tardes parte partes lei leis mulher mulheres vez vezes flor flores luz luzes
    rede redes
    sede sedes voz vozes torre torres nave naves nuvem nuvens chave chaves fonte fontes morte mortes árvore
    árvores série
    séries base bases fase fases frase frases espécie espécies tese crise crises foto fotos moto motos classe
    classes
    estação ordem ordens cor cores dor dores colher colheres cidade mensagem imagem imagens página viagem viagens
    origem
    gente sorte ponte pontes tribo tribos libra  paz raiz raízes cruz cruzes ave aves mãe mães irmã irmãs
    manhã manhãs maçã maçãs""".split()
)
MASCULINE = frozenset(
    """dia dias problema problemas tema temas programa programas sistema sistemas mapa mapas planeta planetas
    idioma idiomas
    clima climas poeta poetas drama dramas grama gramas quilograma quilogramas miligramas telegrama diploma
    diplomas
    esquema esquemas sintoma sintomas turistas artista artistas atletas jornalistas cinema cinemas guarda guardas
    policiais atleta turista jornalista poema poemas cometa cometas sofá sofás""".split()
)
FUNCTION = frozenset(
    """a à ao aos as às até com como contra da das de dela dele depois do dos e é ela elas ele eles em entre era
    eram essa esse
    esta está este eu foi foram há isso já lhe mais mas me menos meu mil minha muito na nas nem no nos nós não o
    os ou para
    pela pelas pelo pelos per por porque qual quando que quem se sem ser será seu são só sob sobre sua também te
    tem têm um uma
    janeiro fevereiro março abril maio junho julho agosto setembro outubro novembro dezembro apenas antes durante
    agora hora_
    toda""".split()
)
_FEMININE_ENDS = ("a", "as", "ção", "ções", "são", "sões", "dade", "dades", "gem", "gens", "tude", "tudes", "ice")


def agreement(word: str, after: str = "") -> str:
    """Gender of what is counted."""
    del after
    low = word.lower()
    if low in FUNCTION or low in MASCULINE:
        return ""
    if low in FEMININE or low.endswith(_FEMININE_ENDS):
        return "f"
    return "m" if low.endswith("o") else ""


def clock(hour: int, minute: int, marked: bool) -> str:
    """Duas e quinze, catorze horas, uma hora."""
    said = cardinal(hour, "f")
    if not minute:
        return f"{said} hora{'s' if hour != 1 else ''}"
    del marked
    return f"{said} hora e {cardinal(minute)}" if not hour else f"{said} e {cardinal(minute)}"


def day_part(hour: int, part: str) -> str:
    if part == "a":
        return "da manhã"
    return "da noite" if 6 <= hour < 12 else "da tarde"


def of(word: str) -> str:
    return "de " + word


def singular(amount: float) -> bool:
    return amount == 1
