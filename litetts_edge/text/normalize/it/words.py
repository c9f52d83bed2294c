"""Italian abbreviations, acronyms, symbols, and values of a home."""

from __future__ import annotations

ABBREVIATIONS = {
    "Sig.": "signor", "sig.": "signor", "Sig.ra": "signora", "sig.ra": "signora", "Sig.na": "signorina",
    "Sigg.": "signori",
    "Sigg.ri": "signori", "Dott.": "dottor", "dott.": "dottor", "Dott.ssa": "dottoressa", "dott.ssa": "dottoressa",
    "Dr.": "dottor", "Dr": "dottor", "Dr.ssa": "dottoressa", "Prof.": "professor", "prof.": "professor",
    "Prof.ssa": "professoressa", "prof.ssa": "professoressa", "Proff.": "professori", "Ing.": "ingegner",
    "ing.": "ingegner",
    "Avv.": "avvocato", "avv.": "avvocato", "Arch.": "architetto", "arch.": "architetto", "Geom.": "geometra",
    "Rag.": "ragionier", "On.": "onorevole", "on.": "onorevole", "Sen.": "senatore", "Gen.": "generale",
    "Col.": "colonnello",
    "Cap.": "capitano", "Ten.": "tenente", "Mons.": "monsignor", "Rev.": "reverendo", "Cav.": "cavalier",
    "Comm.": "commendator",
    "Egr.": "egregio", "Gent.mo": "gentilissimo", "Gent.ma": "gentilissima", "Gent.le": "gentile",
    "Spett.le": "spettabile",
    "Ill.mo": "illustrissimo", "Preg.mo": "pregiatissimo", "S.": "san", "SS.": "santi", "Sta.": "santa",
    "ecc.": "eccetera",
    "etc.": "eccetera", "ecc": "eccetera", "es.": "esempio", "p.es.": "per esempio", "p. es.": "per esempio",
    "ad es.": "ad esempio",
    "a.C.": "avanti cristo", "a. C.": "avanti cristo", "d.C.": "dopo cristo", "d. C.": "dopo cristo",
    "tel.": "telefono",
    "Tel.": "telefono", "cell.": "cellulare", "Cell.": "cellulare", "c.a.": "corrente anno",
    "u.s.": "ultimo scorso", "p.v.": "prossimo venturo",
    "c.m.": "corrente mese", "p.zza": "piazza", "P.zza": "piazza", "p.za": "piazza", "P.za": "piazza",
    "v.le": "viale",
    "V.le": "viale", "c.so": "corso", "C.so": "corso", "l.go": "largo", "L.go": "largo", "fraz.": "frazione",
    "loc.": "località",
    "prov.": "provincia", "int.": "interno", "max.": "massimo", "max": "massimo", "min.": "minimo", "ca.": "circa",
    "F.lli": "fratelli", "f.lli": "fratelli", "S.p.A.": "S P A", "S.P.A.": "S P A", "Spa": "S P A", "SpA": "S P A",
    "S.r.l.": "S R L", "Srl": "S R L", "s.r.l.": "S R L", "S.n.c.": "S N C", "N.B.": "nota bene",
    "NB": "nota bene", "P.S.": "post scriptum",
    "vs.": "versus", "c/o": "presso", "q.b.": "quanto basta", "cfr.": "confronta", "Cfr.": "confronta",
    "ibid.": "ibidem",
    "lun.": "lunedì", "mar.": "martedì", "mer.": "mercoledì", "gio.": "giovedì", "ven.": "venerdì",
    "sab.": "sabato",
    "dom.": "domenica", "sigg.": "signori", "S.M.": "sua maestà", "S.E.": "sua eccellenza",
    "d.lgs.": "decreto legislativo",
    "D.Lgs.": "decreto legislativo", "d.l.": "decreto legge", "D.L.": "decreto legge",
    "D.M.": "decreto ministeriale",
    "D.P.R.": "D P R", "C.A.P.": "cap", "P.IVA": "partita iva", "P. IVA": "partita iva", "U.S.A.": "stati uniti",
    "resp.": "responsabile",
    "sec.": "secolo", "ill.": "illustrazione", "all.": "allegato", "segg.": "seguenti", "sgg.": "seguenti",
    "ss.": "seguenti", "cd.": "cosiddetto",
    "aprox.": "circa", "sig.na": "signorina", "pres.": "presidente", "dir.": "direttore", "St.": "saint",
}  # fmt: skip
BEFORE_NAME = {
    "D.": "don", "P.": "padre", "V.": "via", "Fra'": "fra", "Sr.": "suor", "St": "saint", "Dott": "dottor",
    "Ing": "ingegner", "M.": "monsieur",
}  # fmt: skip
BEFORE_NUMBER = {
    "n.": "numero", "N.": "numero", "n°": "numero", "N°": "numero", "nº": "numero", "Nº": "numero",
    "nr.": "numero", "num.": "numero",
    "no.": "numero", "nn.": "numeri", "pag.": "pagina", "Pag.": "pagina", "pagg.": "pagine", "pp.": "pagine",
    "p.": "pagina",
    "art.": "articolo", "Art.": "articolo", "artt.": "articoli", "cap.": "capitolo", "capp.": "capitoli",
    "vol.": "volume", "fig.": "figura",
    "figg.": "figure", "tab.": "tabella", "ed.": "edizione", "sec.": "secolo", "km.": "chilometro", "CAP": "cap",
    "c.": "comma", "co.": "comma",
    "€.": "euro", "tel": "telefono", "rif.": "riferimento", "prot.": "protocollo", "lett.": "lettera",
    "par.": "paragrafo", "sez.": "sezione",
    "int": "interno", "L.": "legge", "v.": "versetto", "ord.": "ordinanza", "h": "ore", "H": "ore", "h.": "ore",
    "min": "minimo",
}  # fmt: skip
AFTER_NUMBER = {
    "ab.": "abitanti", "pag.": "pagine", "pagg.": "pagine", "pp.": "pagine", "pz.": "pezzi", "pz": "pezzi",
    "min.": "minuti",
    "sec.": "secondi", "gg": "giorni", "gg.": "giorni", "pt.": "punti", "pt": "punti", "pers.": "persone",
    "cad.": "cadauno",
    "vol.": "volumi", "mln": "milioni", "mld": "miliardi", "M": "milioni", "ca.": "circa",
}  # fmt: skip

ACRONYMS = {"USA": "usa", "EUR": "euro"}
SAID = frozenset(
    """ONU NATO NASA UNESCO UNICEF FIFA UEFA IVA FIAT ENI ISTAT INPS INAIL RAI COVID AIDS OPEC IRPEF IRAP ISEE
    IMU TARI TASI
    UIL CISL ANAS ANSA CONI ENEL INTER PIN PIL RAM ROM LED LASER RADAR DOC DOP IGP STOP USA TAR TAV FIAP ISIS
    IKEA SEAT CAP CAF
    CAI CERN CNEL COBAS DASPO FIOM FIGC SIM SPID TIM CIPE ARPA ASL   ATAC UFO VAR WIFI ISEF ICI ISO LEGO NUTS
    INVALSI
    CONSOB AGCOM ENAC ENAV EXPO IBAN SIAE UNI""".split()
)
SPELLED = frozenset(
    """USB CD DVD TV FBI CIA BBC CNN PD DNA RNA OMS FMI BCE PC HTML URL IP GPS SMS IBM CGIL UE PDL SPA SRL SNC UK
    HD AC DC IA AI
    API CV LCD NBA DJ  PS CT TG GR FS DS RC CNR FLC ATM ATP WTA PSG F1 EU TGV LGBT ADSL CSM PM GIP GUP GDF CC MIT
    UV ISS ESA
    PDF XML VPN DDL DPCM PNRR""".split()
)

SYMBOLS = {
    "&": "e", "%": "per cento", "‰": "per mille", "+": "più", "=": "uguale", "/": "barra", "#": "cancelletto",
    "@": "chiocciola", "°": "gradi", "º": "gradi", "€": "euro", "$": "dollari", "£": "sterline", "¥": "yen",
    "<": "minore di", ">": "maggiore di", "≤": "minore o uguale a", "≥": "maggiore o uguale a", "≈": "circa",
    "~": "circa", "±": "più o meno", "×": "per", "÷": "diviso", "−": "meno", "*": "asterisco", "^": "elevato a",
    "_": "trattino basso", "\\": "barra rovesciata", "|": "barra verticale", "§": "paragrafo", "¶": "paragrafo",
    "©": "copyright", "®": "marchio registrato", "™": "marchio registrato", "→": "a", "←": "da",
    "²": "al quadrato",
    "³": "al cubo", "√": "radice quadrata di", "∞": "infinito", "π": "pi greco", "Ω": "omega", "µ": "micro",
    "≠": "diverso da", "∑": "somma", "¢": "centesimi", "Δ": "delta", "✓": "fatto", "•": ",",
}  # fmt: skip
NET_SYMBOLS = {
    ".": "punto", "@": "chiocciola", "-": "trattino", "_": "trattino basso", "/": "barra", ":": "due punti",
    "?": "punto interrogativo", "=": "uguale", "&": "e", "#": "cancelletto", "%": "per cento", "+": "più",
    "~": "tilde",
    ",": "virgola", ";": "punto e virgola", "!": "punto esclamativo", "*": "asterisco", "\\": "barra rovesciata",
    "$": "dollaro", "(": "parentesi", ")": "parentesi", "'": "apostrofo", '"': "virgolette", "–": "trattino",
    "|": "barra verticale",
}  # fmt: skip
NET_WORDS = frozenset("com org net info edu gov it la il lo le gli di in un e o casa mio mia web app bio".split())

STATES = {
    "unavailable": "non disponibile", "unknown": "sconosciuto", "not_home": "fuori casa",
    "heating": "in riscaldamento",
    "idle": "inattivo", "cooling": "in raffreddamento", "playing": "in riproduzione",
    "partlycloudy": "parzialmente nuvoloso",
    "clear-night": "notte serena", "rainy": "piovoso", "cloudy": "nuvoloso", "sunny": "soleggiato",
}  # fmt: skip
SHORT_STATES = {
    "on": "acceso", "off": "spento", "open": "aperto", "closed": "chiuso", "home": "in casa", "true": "vero",
    "false": "falso", "locked": "chiuso a chiave", "unlocked": "sbloccato", "opening": "in apertura",
    "closing": "in chiusura", "paused": "in pausa", "away": "fuori", "heat": "caldo", "cool": "freddo",
    "auto": "automatico",
}  # fmt: skip
SLASH_JOINS = {
    "e/o": "e o",
    "a/c": "aria condizionata",
    "c/o": "presso",
    "km/h": "chilometri orari",
    "n/a": "non applicabile",
}
