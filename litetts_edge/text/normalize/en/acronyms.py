"""Words of capitals: spelled (`USB`), said (`NASA`), or ordinary words written loud."""

from __future__ import annotations

import re

from litetts_edge.text.normalize.en import spell
from litetts_edge.text.normalize.en.rules import Rule, Sentence, words
from litetts_edge.text.tokens import Reading

_SAID = words(
    """NASA NATO UNESCO UNICEF OPEC AIDS COVID LASER RADAR SONAR SCUBA RAM ROM PIN SIM GIF JPEG NAFTA ASEAN FIFA
    UEFA NASDAQ NIMBY SWAT LAN WAN RAID CAPTCHA ASAP BASIC COBOL FORTRAN LEGO IKEA FEMA OSHA HIPAA NOAA DARPA ARPA
    SARS MERS MENSA ESPRIT EPCOT INTERPOL EUROPOL ZIGBEE LORA SATA BIOS DOS GUI WYSIWYG YAML TOML ANSI ASCII
    UNIX LINUX SAP PUMA NIKE SONAR JSON GNOME POSIX MIDI CAD RICO NAVY ARMY OCEAN VESA WIMAX SIRI ALEXA NOVA ISIS
    ISIL HAMAS FATAH PETA NASCAR NARAL SCOTUS POTUS FLOTUS COBRA DEFRA OFCOM OFSTED OFGEM AVIS FIAT SAAB
    ZIP HAL BAFTA EMEA SOHO YOLO FOMO GIMP NAND EPROM EEPROM DIMM SIMM HEPA SCADA RISC CISC MIPS OLED
    AMOLED MATLAB NOAA
    DALL COMESA WASP ERASMUS TWAIN GOLD SPAM PANTONE"""
)
_SPELLED = words(
    """USB FBI CIA IBM USA UK US EU UN TV PC CD DVD PM AM ID IT HR PR AI UI UX IP DNS URL HTTP HTTPS HTML CSS
    XML SQL API SDK CPU GPU SSD HDD LED LCD HDMI VGA DVI GPS GSM LTE SMS MMS VPN NFC RFID PDF PNG BBC CNN NBC ABC
    CBS PBS HBO MTV ESPN NBA NFL NHL MLB MLS UFC WWE IOC ICC IMF WTO WHO ILO ECB NHS MP MEP MBA PHD CEO CFO
    CTO COO VIP DJ MC FAQ DIY RSVP ETA ATM APR IRS SEC EPA FDA CDC NSA DEA ATF DOJ DHS TSA FAA FCC FTC NIH NYPD
    LAPD NYC LA DC UAE UAV UFO DNA RNA HIV ECG EKG MRI ICU ER OB IVF PCR BMI ADHD PTSD OCD HVAC AC EV SUV AWD EPS
    IPO GDP CPI VAT ISO IEEE ITU ETSI MIT UCLA USC NYU LSE UCL KGB SS GMT UTC EST PST CST MST EDT PDT CET BST IST
    AEST IRA ANC PLO PKK OAS AUC CSI NCIS RAF USAF USMC USN HMS USS RMS SS MI MQTT TTS SSML TCP UDP SSH FTP TLS
    SSL RTC RPC GPL MB GB TB LPG LNG CNG CSV IDE OS RV BMW VW GM GE HP LG AMD AMC AOL AT EMI RCA UPS DHL
    USPS FTSE DAX EIA IAEA OECD UEA MDMA LSD THC CBD AAA BBQ IOU ISBN ISSN ISP IBAN PO POW MIA KIA VCR VHS RPG
    AK BBS IRC AAC UHF VHF FM"""
)
_LOUD = words(
    """A I THE AND OR NOT NO YES ALL ANY ARE AS AT BE BEEN BUT BY CAN DID DO DOES DON FOR FROM GET GO GOOD HAD HAS
    HAVE HE HER HERE HIM HIS HOW IF IN IS JUST LET LIKE LOOK MAY ME MORE MUST MY NEED NEVER NEW NOW OF OFF OLD ON
    ONE ONLY OUR OUT OVER SAID SAW SEE SHE SO STOP SUCH TAKE TELL THAN THAT THEIR THEM THEN THERE THESE THEY THIS
    TO TOO TWO UP USE VERY WANT WAS WAY WE WELL WERE WHAT WHEN WHERE WHICH WHY WILL WITH WON WORD YOU YOUR AN
    DONT HELP FIRE OPEN CLOSED SALE FREE BIG BEST LOVE HATE GREAT REAL REALLY EVERY EACH BOTH SOME MANY MUCH LAST
    FIRST NEXT BACK DOWN LEFT RIGHT HIGH LOW HOT COLD DAY NIGHT WEEK YEAR TIME MAN MEN WAR SIR GOD HELLO HI BYE
    OH AH WOW HEY NOTE WARNING DANGER CAUTION ALERT ERROR END START KEEP READ WAIT WALK HOME HOUSE DOOR WATER
    TRUE FALSE NULL NONE UNKNOWN NEWS LIVE LORD GAME TEAM CAR RED BLUE GREEN BLACK WHITE BOX BOY BOYS GIRL
    GIRLS DOG CAT BED BUS SON MOM DAD TEN SIX BAD SAD WET DRY FUN JOB KEY PART CHAPTER VOLUME"""
)
_WORDS_AFTER_IT = words(
    "department support staff team manager director industry sector company systems specialist infrastructure"
)
_CLUSTERS = re.compile(
    r"(?:[BCDFGKPST]?[RLW]|[BCDFGHJKLMNPQRSTVWXYZ]|S[CKMNPQT]R?|[CSTPWG]H|KN|QU)?(?:[AEIOUY]{1,2})"
    r"(?:(?:[BCDFGHJKLMNPRSTVWXZ]|[BCDFGKPST][RL]|[LMNRS][BCDFGKMNPSTVZ]|CK|CH|SH|TH|NG|PH|LL|SS|TT|RR|BB|DD|GG|MM|NN|PP|ZZ|ST|QU)?[AEIOUY]{1,2}){1,4}+"
    r"(?:[BCDFGKLMNPRSTXZ]|[LMNRS][CDFGKMNPST]|CK|SH|CH|TH|NG|SS|LL|X)?\Z"
)

_SYLLABLE = re.compile(
    r"(?:[BCDFGHJKLMNPRSTVWXYZ]|[BCFGPS]L|[BCDFGPT]R|S[CKMNPTW]|[CSTPW]H|KN|QU|S[CPT]R)(?:[AEIOU]|EA|EE|OO|AI|OA|OU|OW|AY)"
    r"(?:[CN]K|[LFST](?<=LL|FF|SS|ST|LT|FT)|LL|SS|FF|[LMNRSF]T|N[DGK]|MP|L[DKPT]|R[DKLMNPT]|S[KPT]|[CST]H|TCH|[NR]CH)\Z"
)
"""A word of one syllable that ends as English words do: `JACK`, `BOSS`, `CHIMP`."""


def is_said(word: str) -> bool:
    """Whether letters are read as a word rather than spelled."""
    if len(word) > 2 and not word.isupper():
        return any(one in "aeiouyAEIOUY" for one in word)
    if word in _SAID or (word in _LOUD and len(word) > 2):
        return True
    if word in _SPELLED or len(word) < 4:
        return False
    if len(word) > 5:
        return any(one in "AEIOUY" for one in word)
    return bool(_CLUSTERS.match(word) or _SYLLABLE.match(word))


def spoken_letters(word: str) -> str:
    """Spelled letters, or the word in lower case where it is said."""
    if (len(word) > 2 and is_said(word.upper())) or len(word) > 5:
        return word.lower()
    return spell.letters(word)


def _is_word(word: str, match: re.Match[str], at: Sentence) -> bool:
    """Whether capitals that may be letters are an ordinary word here: in a loud sentence, `IT`, `WHO`."""
    if at.shouting:
        return word not in _SPELLED or word in ("US", "IT", "WHO", "SS", "AM", "AT", "PO", "ER")
    before = at.word_before(match.start())
    if word == "IT":
        loud = before in ("", "do", "with", "that", "about", "is")
        return loud and at.word_after(match.end()) not in _WORDS_AFTER_IT
    return word == "AT" or (word == "WHO" and before not in ("the", "a", "by", "of"))


def _capitals(match: re.Match[str], at: Sentence) -> str | Reading | None:
    word, tail = match["word"], match["tail"] or ""
    if word == "OK" or (word in _LOUD and not tail) or _is_word(word, match, at):
        return None
    if is_said(word):
        return word.lower() + tail.replace("’", "'") if tail or word in _SAID else None
    return spell.letters(word) + ("'s" if tail else "")


def _dotted(match: re.Match[str], at: Sentence) -> str | Reading | None:
    """`U.S.`, `J.F.K.`; the last full stop stays where it ends the sentence. `p.m.` and `B.C.` are left."""
    text = match[0]
    if text.lower().replace(".", "") in ("am", "pm", "bc", "ad", "bce", "ce", "ie", "eg", "c"):
        return None
    end = match.end() - (at.ends_at(match.end()) and text.endswith("."))
    tail = "'s" if text.endswith("s") and "'" in text else ""
    return Reading(match.start(), end, "letters", spell.letters(text.replace("'s", "")) + tail)


def _degree(match: re.Match[str], at: Sentence) -> str:
    return f"{match['first']} {match['rest']}"


def _mixed(match: re.Match[str], at: Sentence) -> str:
    """`PhD`, `kWh` alone, `TVs`, `DVDs`."""
    return spell.letters(match["word"].upper()) + ("'s" if match["s"] else "")


RULES = (
    Rule("letters", r"(?P<first>[BMD])\.(?P<rest>Ed|Phil|Eng|Com|Tech)(?:\.|(?!\w))", _degree),
    Rule("letters", r"(?P<word>Ph\.D\.?|[BM]\.Sc\.?|PhD|LL\.[BDM]\.?|MSc|BSc|BCom|LLM)(?P<s>s)?(?!\w)", _mixed),
    Rule(
        "letters", r"(?:[A-Z]\.){2,8}(?:['’]s)?(?![A-Za-z0-9])|(?:[A-Z]\.){1,7}[A-Z](?:['’]s)?(?![\w.])", _dotted
    ),
    Rule("acronym", r"(?P<word>[A-Z]{2,24}+)(?P<tail>['’]s)?(?![\w'’])", _capitals),
    Rule("letters", r"(?P<word>[A-Z]{2,5})(?P<s>s)(?![\w'’])", _mixed),
)
