"""Homographs told apart by a capital letter and by what stands beside a name: Polish, Reading, Nice."""

from __future__ import annotations

from litetts_edge.text.homograph_place import AT, MARKS, Place, Rule, cues


def polish(place: Place) -> int | None:
    return None if place.starts else int(not place.word[:1].isupper())


def nice(place: Place) -> int:
    if place.starts and place.word == "Nice" and place.after == "," and place.at(2) == "france":
        return 1
    if not place.named:
        return 0
    towns = cues("france cannes monaco paris marseille airport riviera")
    return int(place.before in AT or place.near(towns, 5) or (place.before == "of" and place.after in MARKS))


def reading(place: Place) -> int | None:
    if not place.word[:1].isupper():
        return 0
    if place.near(
        cues("berkshire swindon oxford slough pennsylvania paddington festival fc railroad newbury leeds"), 4
    ):
        return 1
    if place.named and (place.before in AT or place.after in cues("station festival football borough university")):
        return 1
    return None


def mobile(place: Place) -> int | None:
    if place.near(cues("alabama mobile,"), 5) or (place.named and place.before in AT and place.after in MARKS):
        return 1
    if place.near(cues("calder crib cot hanging sculptor sculpture kinetic"), 4) and place.after not in cues(
        "phone app"
    ):
        return 2
    return 0 if not place.word[:1].isupper() else None


def mobiles(place: Place) -> int:
    return int(place.near(cues("calder crib cot hanging sculptor sculpture kinetic paper"), 5))


def august(place: Place) -> int | None:
    dated = cues("in of early late mid last next until since by on this every") | cues("first second third th")
    if (
        place.after[:1].isdigit()
        or place.before[:1].isdigit()
        or (place.word[:1].isupper() and place.before in dated)
    ):
        return 0
    return 2 if place.word.islower() and place.before not in dated else None


def by_capital(small: int, capital: int) -> Rule:
    """A name when it is written so; at the beginning of a sentence the model decides."""

    def decide(place: Place) -> int | None:
        return small if not place.word[:1].isupper() else None if place.starts else capital

    return decide


def bologna(place: Place) -> int:
    return int(
        place.word.islower() or place.after in cues("sandwich sandwiches sausage") or place.before == "fried"
    )


def jesus(place: Place) -> int:
    following = place.words[place.index + 1] if place.index + 1 < len(place.words) else ""
    spanish = following[:1].isupper() and following[-2:].lower() in cues("ez os as ia ro ño do ra ña és ín al")
    return int(spanish or place.before in cues("maría maria josé jose juan de"))


def job(place: Place) -> int:
    return 0 if place.named and place.before == "of" and place.at(-2) in cues("book patience trials story") else 1


def sake(place: Place) -> int | None:
    if (
        place.before.endswith(("'s", "s'"))
        or place.before in cues("his her their its my our your own")
        or place.after == "of"
    ):
        return 1
    drink = cues(
        "rice drink drinks drinking brewing brewery brewer japanese sushi cup warm hot brewed beer wine bottle"
    )
    return 0 if place.near(drink, 5) else None


def mate(place: Place) -> int:
    return 0 if place.before == "yerba" or place.near(cues("yerba gourd infusion"), 4) else 1


def rodeo(place: Place) -> int:
    return 0 if place.named and place.after == "drive" else 1


def slough(place: Place) -> int:
    return 2 if place.named else int(place.after in cues("off away dead") or place.before in cues("to will"))


_SPORT = (
    "boston rangers glasgow fc scottish football league striker defender midfielder goalkeeper coach "
    "manager nba uefa hibernian aberdeen celtics fans premiership derby stadium parkhead lakers "
    "signed"
)


def celtic(place: Place) -> int | None:
    if place.after in cues("league music mythology"):
        return None
    if place.after in cues("park fc manager fans player players striker") or place.near(cues(_SPORT), 6):
        return 0
    return None
