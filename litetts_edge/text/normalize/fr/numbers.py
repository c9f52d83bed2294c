"""French numbers in words, as in France, in the spelling before 1990: hyphens under a hundred, not around "et"."""

from __future__ import annotations

UNDER_17 = (
    """zéro un deux trois quatre cinq six sept huit neuf dix onze douze treize quatorze quinze seize""".split()
)
TENS = "_ dix vingt trente quarante cinquante soixante".split()


def _tens(number: int, *, final: bool) -> str:
    """1..99; the s of quatre-vingts is written only where nothing follows."""
    if number < 17:
        return UNDER_17[number]
    if number < 20:
        return f"dix-{UNDER_17[number - 10]}"
    if number >= 80:
        return f"quatre-vingt-{_tens(number - 80, final=False)}" if number > 80 else "quatre-vingt" + "s" * final
    tens, one = (6, number - 60) if number >= 60 else divmod(number, 10)
    if one == 0:
        return TENS[tens]
    if one in {1, 11}:
        return f"{TENS[tens]} et {UNDER_17[one]}"
    return f"{TENS[tens]}-{_tens(one, final=False)}"


def _hundreds(number: int, *, final: bool) -> str:
    """1..999."""
    hundreds, rest = divmod(number, 100)
    words = []
    if hundreds:
        many = "s" if hundreds > 1 and not rest and final else ""
        words.append("cent" if hundreds == 1 else f"{UNDER_17[hundreds]} cent{many}")
    if rest:
        words.append(_tens(rest, final=final))
    return " ".join(words)


def cardinal(number: int, gender: str = "") -> str:
    """0 <= number < 10**18; only un has a feminine."""
    if number == 0:
        return "zéro"
    words = []
    for power, name in ((10**15, "billiard"), (10**12, "billion"), (10**9, "milliard"), (10**6, "million")):
        count, number = divmod(number, power)
        if count:
            words.append(f"{_hundreds(count, final=True)} {name}{'s' if count > 1 else ''}")
    thousands, rest = divmod(number, 1000)
    if thousands:
        words.append("mille" if thousands == 1 else _hundreds(thousands, final=False) + " mille")
    if rest:
        words.append(_hundreds(rest, final=True))
    spoken = " ".join(words)
    if gender == "f" and rest and (spoken.endswith((" un", "-un")) or spoken == "un"):
        spoken += "e"
    return spoken


def ordinal(number: int, gender: str = "m", *, plural: bool = False, before: bool = False) -> str:
    """premier, deuxième ... 1..999."""
    del before
    s = "s" if plural else ""
    if number == 1:
        return ("première" if gender == "f" else "premier") + s
    word = cardinal(number)
    if word.endswith("cinq"):
        word += "u"
    elif word.endswith("neuf"):
        word = word[:-1] + "v"
    elif word.endswith(("e", "s")) and not word.endswith("trois"):
        word = word[:-1]
    return word + "ième" + s


def fraction(over: int, under: int) -> str | None:
    """demi, tiers, quart, cinquième; sur above twenty."""
    if under < 2 or over < 1 or under > 1000 or over > 99:
        return None
    if under > 10 and under not in {12, 16, 100, 1000}:
        return f"{cardinal(over)} sur {cardinal(under)}"
    part = {2: "demi", 3: "tiers", 4: "quart"}.get(under) or ordinal(under)
    return f"{cardinal(over)} {part}{'s' if over > 1 and under != 3 else ''}"


FEMININE = frozenset(
    """heure heures minute minutes seconde secondes fois personne personnes année années semaine semaines maison
    maisons
    voiture voitures femme femmes fille filles page pages chambre chambres tonne tonnes  table tables place places
    étoile étoiles nuit nuits ville villes école écoles pièce pièces porte portes rue rues ligne lignes lettre
    lettres
    victime victimes entreprise entreprises banque banques journée journées matinée soirée part parts partie
    parties
    équipe équipes île îles photo photos vidéo vidéos moto motos image images tasse tasses cuillère cuillères
    tranche
    tranches bouteille bouteilles boîte boîtes feuille feuilles pomme pommes carotte carottes tomate tomates gousse
    gousses pincée goutte gouttes dose doses marche marches voix main mains tête têtes langue langues commune
    communes
    région régions usine usines ferme fermes vache vaches poule poules chaise chaises fenêtre fenêtres clé clés
    lampe lampes ampoule ampoules musique chanson chansons pièces vie vies  fleur fleurs plante plantes carte
    cartes arme armes balle balles blessée candidate candidates élève_ étudiante étudiantes maladie réponse
    réponses
    question questions mesure mesures manche manches course courses victoire victoires défaite défaites médaille
    médailles salle salles classe classes  loi lois famille familles mère mères sœur sœurs amie amies seule
    grande petite nouvelle bonne dernière première""".split()
)
MASCULINE = frozenset(
    """musée musées lycée lycées trophée été côté comité incendie génie parapluie foie silence musicien bien lien
    siècle
    siècles kilomètre centimètre mètre livre livres""".split()
)
FUNCTION = frozenset(
    """à au aux avec ce ces cette d dans de des du elle elles en est et eu il ils je l la le les leur lui ma mais
    me mes mon
    ne nous on ont ou où par pas plus pour qu que qui sa sans se ses si son sont sur ta te tu un une vers vous y
    a été
    était étaient seront sera chez contre depuis puis comme entre jusqu mille cent million""".split()
)
_FEMININE_ENDS = """tion tions sion sions té tés ette ettes ance ances ence ences ée ées esse esses ure ures
    ade ades ise ises
    lle lles nne nnes euse euses trice trices tude tudes ière ières erie eries""".split()


def agreement(word: str, after: str = "") -> str:
    """Gender of what is counted, by the noun or its ending."""
    del after
    low = word.lower()
    if low in FUNCTION or low in MASCULINE:
        return ""
    if low in FEMININE or low.endswith(tuple(_FEMININE_ENDS)):
        return "f"
    return ""


def clock(hour: int, minute: int, marked: bool) -> str:
    """Quatorze heures trente, une heure."""
    del marked
    said = f"{cardinal(hour, 'f')} heure{'s' if hour > 1 else ''}"
    return f"{said} {cardinal(minute, 'f')}" if minute else said


def day_part(hour: int, part: str) -> str:
    if part == "a":
        return "du matin"
    return "du soir" if 5 <= hour < 12 else "de l'après-midi"


def of(word: str) -> str:
    return f"d'{word}" if word[0] in "aeiouéèh" else f"de {word}"


def singular(amount: float) -> bool:
    return amount < 2
