"""Abbreviations: titles, streets, companies, measures of a page, states, and letters that stand for a phrase."""

from __future__ import annotations

import re

from litetts_edge.text.normalize.en import spell
from litetts_edge.text.normalize.en.codes import code
from litetts_edge.text.normalize.en.rules import Rule, Sentence
from litetts_edge.text.tokens import Reading


def _table(text: str) -> dict[str, str]:
    pairs = (line.split("=") for line in text.split(";"))
    return {short.strip(): full.strip() for short, full in pairs}


_TITLES = _table(
    """Mr=mister;Mrs=missus;Drs=doctors;Ms=miz;Messrs=messieurs;Mx=mix;Prof=professor;Gen=general;Col=colonel;Capt=captain;
    Cpt=captain;Lt=lieutenant;Sgt=sergeant;Cpl=corporal;Maj=major;Cmdr=commander;Adm=admiral;Rev=reverend;
    Hon=honorable;Gov=governor;Sen=senator;Rep=representative;Pres=president;Supt=superintendent;Insp=inspector;
    Pvt=private;Fr=father;Sr=senior;Jr=junior;Esq=esquire;Mme=madame;Mlle=mademoiselle;Brig=brigadier;Det=detective"""
)
_ALWAYS = _table(
    """Inc=incorporated;Ltd=limited;Corp=corporation;Co=company;Bros=brothers;Dept=department;Ave=avenue;
    Blvd=boulevard;Rd=road;Hwy=highway;Pkwy=parkway;Sq=square;Mt=mount;Ft=fort;Univ=university;Assn=association;
    Intl=international;Govt=government;Apt=apartment;Ste=suite;vs=versus;approx=approximately;est=estimated;
    etc=et cetera;dept=department;apt=apartment;misc=miscellaneous;tel=telephone;Tel=telephone;ext=extension;
    Ext=extension;incl=including;excl=excluding;temp=temperature;Temp=temperature;min=minimum;max=maximum;
    avg=average;Assoc=associates;Natl=national;cont=continued;viz=namely;Ln=lane;Bldg=building;Pl=place;
    Jct=junction;Fri=Friday;Vs=versus;Approx=approximately;Est=established;govt=government;al=al;bldg=building;
    rd=road;ave=avenue;blvd=boulevard;Dist=district;Sqn=squadron;Regt=regiment;Ph=phone;Ed=editor;
    Ter=terrace;Wm=William;Chas=Charles;Thos=Thomas;Bn=battalion;yrs=years;hrs=hours;mins=minutes;ft=feet;lbs=pounds;
    Fla=Florida;Calif=California;Conn=Connecticut;Ariz=Arizona;Minn=Minnesota;Tenn=Tennessee;Okla=Oklahoma;
    Tex=Texas;Wis=Wisconsin;Mich=Michigan;Nebr=Nebraska;Colo=Colorado;Wyo=Wyoming"""
)
_BEFORE_NUMBER = _table(
    """No=number;Nos=numbers;no=number;nos=numbers;Vol=volume;vol=volume;Vols=volumes;vols=volumes;Ch=chapter;
    ch=chapter;Fig=figure;fig=figure;Figs=figures;figs=figures;p=page;pp=pages;P=page;pg=page;pgs=pages;Sec=section;
    sec=section;Art=article;art=article;Pt=part;pt=part;Op=opus;op=opus;Chap=chapter;chap=chapter;Nr=number;
    ca=circa;c=circa;est=established;Est=established;Ver=version;ver=version;Eq=equation;eq=equation;para=paragraph;Ref=reference;
    col=column;Rm=room;Rte=route;Bk=book;Ep=episode;ep=episode;Approx=approximately;approx=approximately;
    Apt=apartment;apt=apartment;rte=route;Fl=floor;ext=extension;Ext=extension;wk=week;Wk=week;Hwy=highway;Ste=suite"""
)
_AFTER_TOWN = _table(
    """Mass=Massachusetts;Ill=Illinois;Ind=Indiana;Ore=Oregon;Va=Virginia;Ga=Georgia;Ky=Kentucky;Md=Maryland;
    Neb=Nebraska;Nev=Nevada;Vt=Vermont;Wash=Washington;Ala=Alabama;Ark=Arkansas;Del=Delaware;Kan=Kansas;Miss=Mississippi;
    Mont=Montana;Pa=Pennsylvania;Mo=Missouri"""
)
_PHRASES = _table(
    """e.g.=for example;i.e.=that is;E.g.=for example;I.e.=that is;w/o=without;w/=with;c/o=care of;b/c=because;
    n/a=not applicable;N/A=not applicable;a.k.a.=also known as;aka=also known as;a/c=air conditioning;
    et al.=et al;cf.=compare;R.I.P.=rest in peace;&c.=et cetera;p/w=password;and/or=and or;either/or=either
    or;Sq. ft.=square
    feet;sq. ft.=square feet;cu. ft.=cubic feet;
    cu. in.=cubic inches;cu. yd.=cubic yards;sq. mi.=square miles;no. of=number of;nos. of=numbers of"""
)
_STATES = _table(
    """AL=Alabama;AK=Alaska;AZ=Arizona;AR=Arkansas;CA=California;CO=Colorado;CT=Connecticut;DE=Delaware;
    FL=Florida;GA=Georgia;HI=Hawaii;ID=Idaho;IL=Illinois;IN=Indiana;IA=Iowa;KS=Kansas;KY=Kentucky;LA=Louisiana;
    ME=Maine;MD=Maryland;MA=Massachusetts;MI=Michigan;MN=Minnesota;MS=Mississippi;MO=Missouri;MT=Montana;
    NE=Nebraska;NV=Nevada;NH=New Hampshire;NJ=New Jersey;NM=New Mexico;NY=New York;NC=North Carolina;
    ND=North Dakota;OH=Ohio;OK=Oklahoma;OR=Oregon;PA=Pennsylvania;RI=Rhode Island;SC=South Carolina;
    SD=South Dakota;TN=Tennessee;TX=Texas;UT=Utah;VT=Vermont;VA=Virginia;WA=Washington;WV=West Virginia;
    WI=Wisconsin;WY=Wyoming;DC=D C"""
)
_NO_STREETS = frozenset("Mount Port Fort Mr In The At To From Old San When And But For By Lake Church".split())
_CAPITAL_AFTER = re.compile(r" [A-Z][a-zA-Z']")
_NAME_AFTER = re.compile(r" [A-Z][a-z]{2,20}")
"""Behind a number and `St` or `Dr`, for no street is called by a bare number: `5 St. Mary's Road`."""
_STREET_BEFORE = re.compile(r"(?:[A-Z][a-z']+|[0-9](?:st|nd|rd|th)|[NSEW]\.?|[a-z]) $")


def _end(match: re.Match[str], at: Sentence) -> int:
    """The full stop of an abbreviation ends the sentence too, when nothing follows; then it is left."""
    return match.end() - (match[0].endswith(".") and at.ends_at(match.end()))


def _title(match: re.Match[str], at: Sentence) -> Reading | None:
    word, dotted = match["word"], match[0].endswith(".")
    if not dotted and (
        word not in ("Mr", "Mrs", "Ms", "Messrs", "Jr", "Sr", "Prof", "Lt", "Capt", "Sgt", "Col", "Gen")
        or at.shouting
    ):
        return None
    if not dotted and word in ("Col", "Gen", "Capt") and not _CAPITAL_AFTER.match(at.near_after(match.end())):
        return None
    end = match.end() if word not in ("Jr", "Sr", "Esq") else _end(match, at)
    return Reading(match.start(), end, "abbreviation", _TITLES[word])


def _saint_or_street(match: re.Match[str], at: Sentence) -> Reading | None:
    """`St. James` and `James St.`, `Dr. Brown` and `Park Dr.`: what stands before and after decides."""
    word, dotted = match["word"], match[0].endswith(".")
    title, street = {"St": ("saint", "street"), "Dr": ("doctor", "drive")}[word]
    named = bool(_CAPITAL_AFTER.match(at.near_after(match.end())))
    before = match.string[max(0, match.start() - 24) : match.start()]
    last = before.rstrip().rpartition(" ")[2]
    after_name = bool(re.search(r"(?:^|[ (\"])(?:[A-Z][a-z']+|[JS]r\.|[0-9]+(?:st|nd|rd|th)) $", before))
    sure_street = bool(
        re.search(
            r"[0-9][A-Za-z]? (?:[NSEW]\.? )?(?:[A-Z][\w']+ ){0,2}$|[0-9](?:st|nd|rd|th) $",
            at.text[max(0, match.start() - 40) : match.start()],
        )
    )
    if last in _NO_STREETS:
        after_name = False
    if last.isdigit() and _NAME_AFTER.match(at.near_after(match.end())):
        return Reading(match.start(), match.end(), "abbreviation", title)
    if sure_street or (after_name and not named):
        return Reading(match.start(), _end(match, at), "abbreviation", street)
    if not named and not dotted:
        return None
    return Reading(
        match.start(), match.end() if named else _end(match, at), "abbreviation", title, 0.2 if after_name else 0.0
    )


def _always(match: re.Match[str], at: Sentence) -> Reading | None:
    word = match["word"]
    if word in ("Mt", "Ft") and not _CAPITAL_AFTER.match(at.near_after(match.end())):
        return None
    if word in ("Ed", "Pl", "Sq", "Ste", "Co", "Ph", "al", "est", "cont", "Est") and not match[0].endswith("."):
        return None
    if word == "Co" and re.match(r" [A-Z][a-z]+ (?:county)", at.near_after(match.end())):
        return None
    full = "lane" if word == "Ln" else _ALWAYS[word]
    return Reading(match.start(), _end(match, at), "abbreviation", full)


def _before_number(match: re.Match[str], at: Sentence) -> str | Reading | None:
    """`No. 5`, `pp. 3-5`; a code or a figure must follow, else `No.` is an answer."""
    word = match["word"]
    if (
        word in ("c", "p", "P", "art", "no", "op", "pt", "col", "cap")
        and "." not in match[0]
        and word not in ("p",)
    ):
        return None
    if word in ("est", "Est") and not re.match(r" ?[12][0-9]{3}", at.near_after(match.end())):
        return None
    if word == "c" and not re.match(r" ?[0-9]{3}", at.near_after(match.end())):
        return None
    return Reading(
        match.start(),
        match.end("dot") if match["dot"] else match.end("word"),
        "abbreviation",
        _BEFORE_NUMBER[word],
    )


def _number_digits(match: re.Match[str], at: Sentence) -> str | None:
    """A serial number: `No. 2,202,130,462` is read figure by figure; `Exhibit No. 133-A` "one thirty-three A"."""
    number, suffix = match["number"], match["suffix"]
    said = spell.digits(number) if number.count(",") > 1 else spell.pairs(number)
    if suffix:
        said += f" {suffix}"
    return f"{'numbers' if 's' in match['word'] else 'number'} {said}"


def _versus(match: re.Match[str], at: Sentence) -> Reading | None:
    """`Roe v. Wade`."""
    if not re.search(r"(?:[A-Z][\w'.]{0,20}|Inc\.|Co\.) $", at.text[max(0, match.start() - 24) : match.start()]):
        return None
    return Reading(match.start(), match.end(), "abbreviation", "versus")


def _century(match: re.Match[str], at: Sentence) -> Reading:
    return Reading(match.start(), _end(match, at), "abbreviation", "century")


def _old_state(match: re.Match[str], at: Sentence) -> Reading | None:
    """`Boston, Mass.`: states as they were cut before they had two letters."""
    if not re.search(r"[A-Z][a-z]{1,20}, $", at.text[max(0, match.start() - 24) : match.start()]):
        return None
    return Reading(match.start(), _end(match, at), "abbreviation", _AFTER_TOWN[match["word"]])


def _phrase(match: re.Match[str], at: Sentence) -> Reading:
    return Reading(match.start(), _end(match, at), "abbreviation", _PHRASES[match[0]])


def _state(match: re.Match[str], at: Sentence) -> str | Reading | None:
    word, zip_code = match["word"], match["zip"]
    after_town = re.search(r"[A-Z][a-z.]+, ?$", match.string[max(0, match.start() - 24) : match.start()])
    if word not in _STATES or not (after_town or zip_code):
        return None
    if (
        not zip_code
        and word in ("IN", "OR", "OK", "ME", "HI", "ID", "PA", "MA", "LA", "CO")
        and not at.ends_at(match.end() + 1)
    ):
        return None
    said = _STATES[word]
    if zip_code:
        groups = [spell.digits(group) for group in zip_code.split("-")]
        said += " " + ", ".join(groups)
    return said


def _world_war(match: re.Match[str], at: Sentence) -> str:
    return "World War two" if match["war"] in ("II", "2") else "World War one"


def _life(match: re.Match[str], at: Sentence) -> str:
    """`(b. 1920)`, `(r. 1558-1603)`."""
    return {"b": "born", "d": "died", "r": "reigned", "fl": "flourished"}[match["life"]]


def _ampersand(match: re.Match[str], at: Sentence) -> str:
    return f"{code(match['a'])} and {code(match['b'])}" + ("'s" if match["tail"] else "")


def _alternatives(names: dict[str, str]) -> str:
    return "|".join(map(re.escape, sorted(names, key=len, reverse=True)))


RULES = (
    Rule("abbreviation", r"(?<=\()(?P<life>b|d|r|fl)\.(?= ?(?:c\. ?)?[0-9])", _life),
    Rule("roman", r"WW ?(?P<war>II?|[12])(?![\w-])", _world_war),
    Rule("letters", r"(?P<a>[A-Z]{1,3}) ?& ?(?P<b>[A-Z]{1,3})(?P<tail>['’]?s)?(?!\w)", _ampersand),
    Rule("abbreviation", r"v\.(?= [A-Z])", _versus),
    Rule("abbreviation", r"(?<=[0-9](?:th|st|nd|rd) )(?P<word>c)\.(?= [a-z]|[,;)]|$)", _century),
    Rule("abbreviation", rf"(?<=[a-z], )(?P<word>{_alternatives(_AFTER_TOWN)})\.", _old_state),
    Rule("abbreviation", rf"(?:{_alternatives(_PHRASES)})(?![\w])", _phrase),
    Rule(
        "abbreviation",
        r"(?P<word>Nos?)\.? (?P<number>[0-9]{1,3}(?:,[0-9]{3}){2,4}|(?<=xhibit No\. )[0-9]{3})(?:-"
        r"(?P<suffix>[A-Z]))?(?![\w-]|,[0-9])",
        _number_digits,
    ),
    Rule(
        "abbreviation",
        rf"(?P<word>{_alternatives(_BEFORE_NUMBER)})(?P<dot>\.)?(?= ?[0-9]| [A-Z]{{1,3}}-?[0-9]|"
        rf" [IVXLC]{{2,12}}\b| [VXLC]\b| I(?=[.,;:)]|$))",
        _before_number,
    ),
    Rule("abbreviation", rf"(?P<word>{_alternatives(_TITLES)})(?![\w'’])\.?", _title),
    Rule("abbreviation", r"(?P<word>St|Dr)(?![\w'’])\.?", _saint_or_street),
    Rule("abbreviation", r"(?P<word>[A-Z]{2})(?: (?P<zip>[0-9]{5}(?:-[0-9]{4})?))?(?![\w'’-]|\.[A-Z])", _state),
    Rule(
        "abbreviation",
        rf"(?P<word>{_alternatives(_ALWAYS)})(?:\.(?![A-Za-z0-9])|(?<=[ ](?:Inc|Ltd|Ave))(?!\w)|(?<=Blvd|"
        rf"Corp|Dept)(?!\w)|(?<=\bvs)(?!\w)|(?<=Hwy)(?!\w)|(?<=[a-z] Rd)(?![\w.])|(?<=[a-z] Ter)(?![\w.])|"
        rf"(?<=approx)(?!\w))",
        _always,
    ),
)

WORDS = frozenset(
    [
        *_TITLES,
        *_ALWAYS,
        *_BEFORE_NUMBER,
        *_AFTER_TOWN,
        "Sq",
        "sq",
        "cu",
        "Rs",
        "St",
        "Dr",
        "w",
        "aka",
        "e",
        "i",
        "E",
        "cf",
        "et",
    ]
)
"""Words at which these rules may begin."""
