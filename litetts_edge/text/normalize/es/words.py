"""Spanish abbreviations, acronyms, symbols, and values of a home."""

from __future__ import annotations

ABBREVIATIONS = {
    "Sr.": "señor", "Sra.": "señora", "Srta.": "señorita", "Sres.": "señores", "Sras.": "señoras", "Dr.": "doctor",
    "Dra.": "doctora", "Dres.": "doctores", "Dras.": "doctoras", "Prof.": "profesor", "Profa.": "profesora",
    "Ud.": "usted", "Uds.": "ustedes", "Vd.": "usted", "Vds.": "ustedes", "Lic.": "licenciado",
    "Licda.": "licenciada",
    "Ing.": "ingeniero", "Arq.": "arquitecto", "Excmo.": "excelentísimo", "Excma.": "excelentísima",
    "Ilmo.": "ilustrísimo", "Ilma.": "ilustrísima", "Mons.": "monseñor", "Gral.": "general", "Cnel.": "coronel",
    "Cap.": "capitán", "Tte.": "teniente", "Sgto.": "sargento", "Pdte.": "presidente", "Pdta.": "presidenta",
    "Rvdo.": "reverendo", "Hnos.": "hermanos", "Fdo.": "firmado", "Cía.": "compañía", "Avda.": "avenida",
    "avda.": "avenida", "Av.": "avenida", "av.": "avenida", "Ctra.": "carretera", "ctra.": "carretera",
    "Pza.": "plaza", "Pl.": "plaza", "Plza.": "plaza", "Urb.": "urbanización", "C/": "calle", "c/": "calle",
    "Bco.": "banco",
    "Bibl.": "biblioteca", "Dpto.": "departamento", "dpto.": "departamento", "Depto.": "departamento",
    "depto.": "departamento", "Tfno.": "teléfono", "tfno.": "teléfono", "tel.": "teléfono", "Tel.": "teléfono",
    "teléf.": "teléfono", "Teléf.": "teléfono", "etc.": "etcétera", "p. ej.": "por ejemplo",
    "p.ej.": "por ejemplo", "P. ej.": "por ejemplo", "a. C.": "antes de cristo", "a.C.": "antes de cristo",
    "d. C.": "después de cristo", "d.C.": "después de cristo", "a. de C.": "antes de cristo",
    "d. de C.": "después de cristo", "aprox.": "aproximadamente", "máx.": "máximo", "mín.": "mínimo",
    "izq.": "izquierda", "izda.": "izquierda", "dcha.": "derecha", "der.": "derecha", "admón.": "administración",
    "Admón.": "administración", "atte.": "atentamente", "Atte.": "atentamente", "c. c.": "con copia",
    "q. e. p. d.": "que en paz descanse", "s. n.": "sin número", "s/n": "sin número", "c/u": "cada uno",
    "EE. UU.": "estados unidos", "EE.UU.": "estados unidos", "EE UU": "estados unidos", "EEUU": "estados unidos",
    "RR. HH.": "recursos humanos", "RR.HH.": "recursos humanos", "CC. AA.": "comunidades autónomas",
    "CC.AA.": "comunidades autónomas", "JJ. OO.": "juegos olímpicos", "JJ.OO.": "juegos olímpicos",
    "FF. AA.": "fuerzas armadas", "FF.AA.": "fuerzas armadas", "FF. CC.": "ferrocarriles",
    "S. M.": "su majestad", "S.M.": "su majestad", "SS. MM.": "sus majestades", "SS.MM.": "sus majestades",
    "S. A. R.": "su alteza real", "N. del T.": "nota del traductor", "Vto.": "vencimiento", "vs.": "versus",
    "Ntra.": "nuestra", "Ntro.": "nuestro", "Fco.": "francisco", "Mª": "maría", "M.ª": "maría", "Sto.": "santo",
    "Sta.": "santa", "ppal.": "principal", "núms.": "números", "págs.": "páginas", "adj.": "adjunto",
    "kms.": "kilómetros", "lun.": "lunes", "mié.": "miércoles", "jue.": "jueves", "vie.": "viernes",
    "sáb.": "sábado", "dom.": "domingo", "S.L.": "S L", "S. L.": "S L", "S.A.": "S A", "S. A.": "S A",
}  # fmt: skip
BEFORE_NAME = {
    "D.": "don", "Dª": "doña", "D.ª": "doña", "Dña.": "doña", "S.": "san", "P.": "padre",
    "P. D.": "posdata", "P.D.": "posdata", "Gob.": "gobierno",
    "Fr.": "fray", "Hno.": "hermano", "Hna.": "hermana", "Gdor.": "gobernador", "Col.": "colonia", "Bo.": "barrio",
}  # fmt: skip
BEFORE_NUMBER = {
    "n.º": "número", "nº": "número", "n°": "número", "N.º": "número", "Nº": "número", "N°": "número",
    "núm.": "número", "Núm.": "número", "No.": "número", "no.": "número", "nro.": "número", "Nro.": "número",
    "n.o": "número", "n.°": "número", "nos.": "números", "pág.": "página", "p.": "página", "pp.": "páginas",
    "art.": "artículo",
    "arts.": "artículos", "cap.": "capítulo", "caps.": "capítulos", "vol.": "volumen", "fig.": "figura",
    "ed.": "edición",
    "tít.": "título", "apdo.": "apartado", "km.": "kilómetro", "km": "kilómetro", "Km": "kilómetro",
    "kms": "kilómetros",
    "ap.": "apartado", "hab.": "habitación", "ext.": "extensión", "máx": "máximo", "mín": "mínimo",
    "C.P.": "código postal",
    "CP": "código postal", "s.": "siglo", "ca.": "circa", "c.": "circa", "t.": "tomo", "tel": "teléfono",
    "Tel": "teléfono",
    "dto.": "descuento", "Ref.": "referencia", "ref.": "referencia", "v.": "versículo", "aprox": "aproximadamente",
}  # fmt: skip
AFTER_NUMBER = {
    "hab.": "habitantes", "hab": "habitantes", "uds.": "unidades", "ud.": "unidad", "pts.": "puntos",
    "pts": "puntos",
    "págs.": "páginas", "pág.": "página", "pp.": "páginas", "aprox.": "aproximadamente", "ptas.": "pesetas",
    "min.": "minutos", "a.C.": "antes de cristo", "seg.": "segundos", "dcha.": "derecha", "izda.": "izquierda",
    "a. m.": "A M", "p. m.": "P M", "vol.": "volúmenes", "M": "millones", "ºA": "A",
}  # fmt: skip

ACRONYMS = {"EEUU": "estados unidos", "UU": "unidos", "JJOO": "juegos olímpicos", "CCAA": "comunidades autónomas",
            "RRHH": "recursos humanos", "SSMM": "sus majestades", "TV": "T V", "CCOO": "comisiones obreras",
            "PYME": "pyme", "PYMES": "pymes", "FFAA": "fuerzas armadas"}  # fmt: skip
SAID = frozenset(
    """ONU OTAN NASA UNESCO UNICEF FIFA UEFA IVA OVNI SIDA AVE RENFE ONCE PIB UNED OPEP COVID NAFTA MERCOSUR RAE
    CSIC
    UCI UVI ITV INE INEM BOE CAF RAM ROM PIN LED LÁSER RADAR FARC ETA TIC RAI IES SEAT FIAT IKEA ZARA
    TALGO TAE EURÍBOR IBEX EBAU UCAM ITE WIFI ASCII UNASUR CEPAL OEA BID ALCA TER NEPTUNO SIM ESO PAU
    NIE NIF CIF TIR MIR""".split()
)
SPELLED = frozenset(
    """DNI USB CD DVD TV FBI BBC CNN PP UE ADN ARN OMS FMI BCE PC HTML URL URLS IP VIP UHF FM AM GPS LGTB
    SMS ESPN HBO IBM UPS TVE UGT CCOO PNV ERC PRI EPS ITS OIT CEO SA SL SLU BMW ATM IRPF CDC ACB MBA ING
    AI IA TDT API UK USA HD RTVE CNMV DGT INSS NBA UCLA MIT PDF XML JSON LTE VPN
    ISBN EXE ARM RFID NFC LCD HDMI SUV RSS BBVA KO DC AC SS""".split()
)

SYMBOLS = {
    "&": "y", "%": "por ciento", "‰": "por mil", "+": "más", "=": "igual a", "/": "barra", "#": "almohadilla",
    "@": "arroba", "°": "grados", "º": "grados", "€": "euros", "$": "dólares", "£": "libras", "¥": "yenes",
    "<": "menor que", ">": "mayor que", "≤": "menor o igual que", "≥": "mayor o igual que", "≈": "aproximadamente",
    "~": "aproximadamente", "±": "más menos", "×": "por", "÷": "entre", "−": "menos", "*": "asterisco",
    "^": "elevado a",
    "_": "guion bajo", "\\": "barra invertida", "|": "barra vertical", "§": "sección", "¶": "párrafo",
    "©": "copyright",
    "®": "marca registrada", "™": "marca registrada", "→": "a", "←": "desde", "²": "al cuadrado", "³": "al cubo",
    "√": "raíz cuadrada de", "∞": "infinito", "π": "pi", "Ω": "omega", "µ": "micro", "≠": "distinto de",
    "∑": "suma",
    "ª": "A", "¢": "centavos", "Δ": "delta", "✓": "visto", "•": ",", "{": "", "}": "",
}  # fmt: skip
NET_SYMBOLS = {
    ".": "punto", "@": "arroba", "-": "guion", "_": "guion bajo", "/": "barra", ":": "dos puntos",
    "?": "interrogación", "=": "igual", "&": "y", "#": "almohadilla", "%": "por ciento", "+": "más",
    "~": "virgulilla",
    ",": "coma", ";": "punto y coma", "!": "exclamación", "*": "asterisco", "\\": "barra invertida", "$": "dólar",
    "(": "paréntesis", ")": "paréntesis", "'": "apóstrofo", '"': "comillas", "–": "guion", "|": "barra vertical",
}  # fmt: skip
NET_WORDS = frozenset("com org net info edu gob casa hola mi el la los de en un y o ana eva web app".split())

STATES = {
    "unavailable": "no disponible", "unknown": "desconocido", "not_home": "fuera de casa", "heating": "calentando",
    "idle": "inactivo", "cooling": "enfriando", "playing": "reproduciendo", "partlycloudy": "parcialmente nublado",
    "clear-night": "noche despejada", "rainy": "lluvioso", "cloudy": "nublado", "sunny": "soleado",
}  # fmt: skip
SHORT_STATES = {
    "on": "encendido", "off": "apagado", "open": "abierto", "closed": "cerrado", "home": "en casa", "true": "sí",
    "false": "no", "locked": "cerrado con llave", "unlocked": "sin llave", "opening": "abriendo",
    "closing": "cerrando",
    "paused": "en pausa", "away": "fuera", "heat": "calor", "cool": "frío", "auto": "automático",
}  # fmt: skip
SLASH_JOINS = {
    "y/o": "y o", "o/y": "o y", "i/o": "I O", "a/c": "aire acondicionado", "s/n": "sin número", "c/u": "cada uno",
    "km/h": "kilómetros por hora",
}  # fmt: skip
