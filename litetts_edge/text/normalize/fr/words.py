"""French abbreviations, acronyms, symbols, and values of a home."""

from __future__ import annotations

ABBREVIATIONS = {
    "M. et": "monsieur et", "M. le": "monsieur le", "2nd": "second", "2nde": "seconde", "2nds": "seconds",
    "2ndes": "secondes",
    "Mme": "madame", "Mmes": "mesdames", "Mlle": "mademoiselle", "Mlles": "mesdemoiselles", "MM.": "messieurs",
    "Mr": "monsieur", "Mr.": "monsieur", "Dr": "docteur", "Dr.": "docteur", "Drs": "docteurs", "Pr": "professeur",
    "Pr.": "professeur", "Prof.": "professeur", "Me": "maître", "Mgr": "monseigneur", "Cie": "compagnie",
    "Cie.": "compagnie", "Sté": "société", "etc.": "et cetera", "etc": "et cetera", "c.-à-d.": "c'est-à-dire",
    "càd": "c'est-à-dire", "c-à-d": "c'est-à-dire", "p. ex.": "par exemple", "p.ex.": "par exemple",
    "ex.": "exemple", "av. J.-C.": "avant jésus-christ", "apr. J.-C.": "après jésus-christ",
    "ap. J.-C.": "après jésus-christ",
    "J.-C.": "jésus-christ", "av. JC": "avant jésus-christ", "bd": "boulevard", "Bd": "boulevard",
    "bd.": "boulevard", "bld": "boulevard", "boul.": "boulevard", "av.": "avenue", "Av.": "avenue",
    "ave": "avenue",
    "pl.": "place", "Pl.": "place", "rte": "route", "fg": "faubourg", "imp.": "impasse", "chem.": "chemin",
    "apt.": "appartement", "appt": "appartement", "appt.": "appartement", "bât.": "bâtiment", "bat.": "bâtiment",
    "tél.": "téléphone", "Tél.": "téléphone", "tél": "téléphone", "env.": "environ", "max.": "maximum",
    "min.": "minimum", "dép.": "département", "dept": "département", "gouv.": "gouvernement", "hab.": "habitants",
    "qqch": "quelque chose", "qqch.": "quelque chose", "qqn": "quelqu'un", "qqn.": "quelqu'un",
    "svp": "s'il vous plaît",
    "s.v.p.": "s'il vous plaît", "SVP": "s'il vous plaît", "S.V.P.": "s'il vous plaît", "stp": "s'il te plaît",
    "rdv": "rendez-vous", "RDV": "rendez-vous", "RV": "rendez-vous",
    "bcp": "beaucoup", "tjs": "toujours", "pb": "problème", "rdc": "rez-de-chaussée", "RDC": "rez-de-chaussée",
    "vs": "versus",
    "vs.": "versus", "lun.": "lundi", "mar.": "mardi", "mer.": "mercredi", "jeu.": "jeudi", "ven.": "vendredi",
    "sam.": "samedi", "dim.": "dimanche", "resp.": "responsable", "Dir.": "directeur", "Gal": "général",
    "cf.": "confer", "Cf.": "confer", "cf": "confer", "N.B.": "nota bene", "NB": "nota bene",
    "P.-S.": "post-scriptum", "P.S.": "post-scriptum", "R.-V.": "rendez-vous", "n.d.": "non daté",
    "Vve": "veuve", "Cdt": "cordialement", "Ets": "établissements", "Éts": "établissements", "Jr": "junior",
    "i.e.": "c'est-à-dire", "s/s": "sous", "ds": "dans", "nbre": "nombre", "nb.": "nombre",
}  # fmt: skip
BEFORE_NAME = {
    "M.": "monsieur", "St": "saint", "St.": "saint", "Ste": "sainte", "Ste.": "sainte", "S.": "saint",
    "P.": "père",
    "Gén.": "général", "gén.": "général", "Col.": "colonel", "Cap.": "capitaine", "Lt": "lieutenant",
    "Sr": "sœur", "Cdt": "commandant",
    "R.": "rue", "Fr.": "frère", "Vte": "vicomte",
}  # fmt: skip
BEFORE_NUMBER = {
    "n°": "numéro", "nº": "numéro", "N°": "numéro", "Nº": "numéro", "no.": "numéro", "No.": "numéro",
    "no": "numéro",
    "n°s": "numéros", "nos": "numéros", "n.": "numéro", "p.": "page", "pp.": "pages", "pag.": "page",
    "art.": "article", "Art.": "article",
    "chap.": "chapitre", "ch.": "chapitre", "vol.": "volume", "fig.": "figure", "éd.": "édition", "t.": "tome",
    "al.": "alinéa",
    "vers.": "vers", "réf.": "référence", "ref.": "référence", "max": "maximum",
    "env": "environ", "v.": "vers",
}  # fmt: skip
AFTER_NUMBER = {
    "hab.": "habitants", "hab": "habitants", "pers.": "personnes", "pers": "personnes", "pp.": "pages",
    "p.": "pages",
    "vol.": "volumes", "j.": "jours", "pts": "points", "pt": "point", "min.": "minutes", "sem.": "semaines",
    "M": "millions",
    "env.": "environ", "av. J.-C.": "avant jésus-christ", "Md": "milliards", "j": "jours",
}  # fmt: skip

ACRONYMS = {"RDV": "rendez-vous", "CAC": "cac", "TVA": "T V A", "SVP": "s'il vous plaît", "RDC": "R D C"}
SAID = frozenset(
    """ONU OTAN NASA UNESCO UNICEF FIFA UEFA INSEE CEDEX CNIL SIDA OPEP COVID ENA FNAC SMIC SIRET SIREN CAF PAC
    ZEP ZAD
    OVNI RAM ROM PIN LED LASER RADAR  INRA INSERM UNEDIC IFOP IPSOS PACS CROUS CAC FED  BAC CAPES ADEME DOM TOM
     ACOSS URSSAF AFNOR SACEM CERN EHPAD ARCEP HADOPI ASSEDIC IKEA FIAT SEAT INED IRCAM  WIFI  SIM IRA
    SIV SAMU  NUPES BRICS DROM  MEDEF FLASH""".split()
)
SPELLED = frozenset(
    """SNCF RATP TVA TGV RER BTP USB CD DVD TV FBI CIA BBC CNN PS UMP LR UE ADN ARN OMS FMI BCE PDG HTML URL IP
    GPS SMS
    IBM AFP TF CGT CFDT FO RMC RTL BFM EDF GDF HLM RSA IVG PMA GPA CRS GIGN OMC ONG PIB QI SA SARL SAS UK USA HD
    VTT
    PC AC DC IA AI API PME ETI CDI CDD RTT DRH BD CV LCD NBA UCI IRM IUT BTS DUT EPS OM PSG OL QG SPA TNT VF VO
    CAP VIP EU
    UV IR ISS ESA RN FN PCF CO LFI DST DGSE ISF CSG IRPF AOC AOP EI IUP OGM LSD""".split()
)

SYMBOLS = {
    "&": "et", "%": "pour cent", "‰": "pour mille", "+": "plus", "=": "égale", "/": "barre oblique", "#": "dièse",
    "@": "arobase", "°": "degrés", "º": "degrés", "€": "euros", "$": "dollars", "£": "livres", "¥": "yens",
    "<": "inférieur à", ">": "supérieur à", "≤": "inférieur ou égal à", "≥": "supérieur ou égal à",
    "≈": "environ", "~": "environ", "±": "plus ou moins", "×": "fois", "÷": "divisé par", "−": "moins",
    "*": "astérisque", "^": "puissance", "_": "tiret bas", "\\": "barre oblique inversée", "|": "barre verticale",
    "§": "paragraphe", "¶": "paragraphe", "©": "copyright", "®": "marque déposée", "™": "marque déposée",
    "→": "vers",
    "←": "depuis", "²": "au carré", "³": "au cube", "√": "racine carrée de", "∞": "infini", "π": "pi",
    "Ω": "oméga",
    "µ": "micro", "≠": "différent de", "∑": "somme", "¢": "cents", "Δ": "delta", "✓": "coché", "•": ",",
}  # fmt: skip
NET_SYMBOLS = {
    ".": "point", "@": "arobase", "-": "tiret", "_": "tiret bas", "/": "slash", ":": "deux points",
    "?": "point d'interrogation", "=": "égale", "&": "et", "#": "dièse", "%": "pour cent", "+": "plus",
    "~": "tilde",
    ",": "virgule", ";": "point-virgule", "!": "point d'exclamation", "*": "astérisque", "\\": "antislash",
    "$": "dollar",
    "(": "parenthèse", ")": "parenthèse", "'": "apostrophe", '"': "guillemets", "–": "tiret",
    "|": "barre verticale",
}  # fmt: skip
NET_WORDS = frozenset(
    "com org net info gouv le la les de du des en un et ou ma mon au aux eau web app bio".split()
)

STATES = {
    "unavailable": "indisponible", "unknown": "inconnu", "not_home": "absent", "heating": "en chauffe",
    "idle": "inactif", "cooling": "en refroidissement", "playing": "en lecture",
    "partlycloudy": "partiellement nuageux",
    "clear-night": "nuit claire", "rainy": "pluvieux", "cloudy": "nuageux", "sunny": "ensoleillé",
}  # fmt: skip
SHORT_STATES = {
    "on": "allumé", "off": "éteint", "open": "ouvert", "closed": "fermé", "home": "à la maison", "true": "vrai",
    "false": "faux", "locked": "verrouillé", "unlocked": "déverrouillé", "opening": "en ouverture",
    "closing": "en fermeture", "paused": "en pause", "away": "absent", "heat": "chauffage", "cool": "froid",
    "auto": "automatique",
}  # fmt: skip
SLASH_JOINS = {"et/ou": "et ou", "s/c": "sous couvert"}
