"""Homographs told apart by what the sentence is about: the bow of a ship, of a violin, of an actor."""

from __future__ import annotations

from litetts_edge.text.homograph_place import MARKS, TO_BE, Place, cues

_QUARREL = "heated bitter furious blazing flaming almighty diplomatic fresh latest ongoing angry terrible growing"


def row(place: Place) -> int | None:
    if place.before in cues(_QUARREL) or place.after in cues("erupted escalated intensified broke flared rumbles"):
        return 1
    if place.before in {"a", "the", "this"} and place.after in cues("over about between"):
        return 1
    if (
        place.before in {"a", "big", "huge"}
        and place.after == "with"
        and place.at(-2) in cues("had having after in")
    ):
        return 1
    return 0


def rows(place: Place) -> int | None:
    quarrel = place.before in cues(_QUARREL + " constant endless family") or place.after in cues(
        "over about erupted"
    )
    return int(quarrel)


_SHIP = (
    "stern starboard port hull ship boat vessel deck anchor sail thruster torpedo ramp yacht ferry bowsprit keel"
)


_BENT = (
    "violin cello viola string strings arrow arrows archer archery quiver fiddle tie ties tied tying knot ribbon "
    "hair bent cupid"
)


def bow(place: Place) -> int | None:
    if place.after in cues("tie ties arrow arrows string window windows street legged hunting hunter compass"):
        return 0
    taken = place.before in cues("take takes took a") and place.at(-2) in cues("take takes took final")
    if taken or place.after in cues("wow thruster thrusters wave waves ramp torpedo gun guns section doors"):
        return 1
    bending = place.after in cues("to down before out your his her their my our and in low deeply .")
    if bending and place.before in cues("to will would must should they we i you not and can don't never"):
        return 1
    ship, bent = place.near(cues(_SHIP), 5), place.near(cues(_BENT), 5)
    return None if ship == bent else int(ship)


def bows(place: Place) -> int | None:
    if place.near(cues(_BENT + " wrapped gift gifts ribbons presents"), 5):
        return 0
    return int(
        place.near(cues(_SHIP), 5)
        or place.after in cues("to down out before his her their and")
        or place.before in cues("he she took takes taking")
    )


def bowed(place: Place) -> int:
    bent = cues(
        "legs leg legged string strings instrument instruments wall walls psaltery violin cello window shelf"
    )
    return 0 if place.near(bent, 2) or place.near(cues("violin cello strings psaltery plucked"), 5) else 1


_FISH = (
    "fish fishing largemouth smallmouth striped trout pike perch catfish carp salmon walleye crappie "
    "bream bluegill sunfish angler anglers fillet fillets grilled ale brewery brewers beer burton "
    "lake pond sea caught"
)


_MUSIC = (
    "guitar guitarist player drum drums vocals clef clarinet voice singer treble tenor baritone line "
    "lines piano keyboards double saxophone sound sounds strait electric lead speaker speakers boost "
    "trombone solo"
)


def bass(place: Place) -> int | None:
    fish = place.near(cues(_FISH), 5)
    return 1 if fish and not place.near(cues(_MUSIC), 5) else None


_TINY = (
    "detail details amount amounts quantity quantities traces trace particles particle difference "
    "differences size changes organisms fraction proportions inspection examination holes cracks "
    "crystals variations creatures"
)


def minute(place: Place) -> int | None:
    counted = (
        place.before in cues("a one per this last first ten five thirty every next 90th")
        or place.before[:1].isdigit()
    )
    if place.after in cues(_TINY) and not (counted and place.before != "a"):
        return 0
    if place.before in cues("so very extremely incredibly most such") and place.after not in cues("we i they you"):
        return 0
    if place.before in cues("one per every any last this next half"):
        return 1
    return None


_METAL = (
    "zinc copper tin silver mercury arsenic cadmium iron gold metal metals toxic molten ore sulfide "
    "sulphide oxide paint pipes pipe poisoning petrol gasoline solder smelting bullets asbestos heavy "
    "alloy uranium"
)


def lead(place: Place) -> int | None:
    if place.before in cues("to will would can could may might must should they we i who not which"):
        return 1 if place.after not in cues("poisoning pipe pipes paint") else 0
    made = cues(
        "pipe pipes poisoning paint pencil pencils acid acetate oxide mine mines mining bullets "
        "shot weights roof battery batteries crystal ore exposure contamination pollution solder "
        "compounds sulfide azide smelter smelting glazed lined"
    )
    if place.after in made or (
        place.near(cues(_METAL), 3) and place.before in cues("and of , the containing with")
    ):
        return 0
    if place.after in cues(
        "role roles singer vocals vocalist guitar guitarist single actor actress in to by over"
    ):
        return 1
    return None


def tear(place: Place) -> int | None:
    if place.after in cues("gas duct ducts drop drops stained film jerker"):
        return 0
    weeps = any(place.at(ahead) in cues("eye eyes cheek cheeks") for ahead in range(2, 7))
    if weeps and place.after in cues("in from rolled ran fell") and not place.near(cues("retina cornea lens"), 6):
        return 0
    if place.after in cues("down up apart off open through away resistant") or place.at(-2) == "wear":
        return 1
    if place.before in {"a", "small", "tiny", "muscle", "ligament", "meniscus"} and place.after == "in":
        return 1
    return None


def tears(place: Place) -> int | None:
    if place.after in cues("down up apart off open through away"):
        return 1
    if place.before in cues("in into of with to her his my their the shed shedding wiped burst fighting") or (
        place.after in cues("of ran rolled streamed in came and were")
    ):
        return 0
    return None


def content(place: Place) -> int | None:
    feels = TO_BE | cues(
        "seem seems seemed feel feels felt quite perfectly not remained remain looked heart's more"
    )
    if place.before in feels and (place.after in MARKS or place.after in cues("with to that and in")):
        return 0
    return None


_TOOLS = (
    "axe battle hand throwing swords sword spears knives daggers shields stone jade bronze flint warriors chopping"
)


_LINES = (
    "axis x y z rotation coordinate coordinates principal symmetry symmetric vertical horizontal "
    "perpendicular graph plot orthogonal three two semi-major leaf erect stems"
)


def axes(place: Place) -> int | None:
    tools, turning = place.near(cues(_TOOLS), 5), place.near(cues(_LINES), 5)
    return None if tools == turning else int(tools)


def sow(place: Place) -> int | None:
    if place.near(cues("piglets piglet boar pig pigs litter farrowing farrow udder pork"), 6):
        return 0
    verb = place.before in cues("to will would can could must should they we i you not and")
    return 1 if verb or place.near(cues("seed seeds reap discord doubt confusion field fields"), 3) else None
