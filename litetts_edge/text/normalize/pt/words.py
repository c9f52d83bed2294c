"""Brazilian abbreviations, acronyms, symbols, and values of a home."""

from __future__ import annotations

ABBREVIATIONS = {
    "Sr.": "senhor", "sr.": "senhor", "Sra.": "senhora", "sra.": "senhora", "Srta.": "senhorita",
    "Srs.": "senhores",
    "Sras.": "senhoras", "Dr.": "doutor", "dr.": "doutor", "Dra.": "doutora", "dra.": "doutora",
    "Drs.": "doutores",
    "Prof.": "professor", "prof.": "professor", "Profa.": "professora", "profa.": "professora",
    "Profª": "professora",
    "Prof.ª": "professora", "Eng.": "engenheiro", "Arq.": "arquiteto", "Adv.": "advogado",
    "Exmo.": "excelentíssimo",
    "Exma.": "excelentíssima", "Ilmo.": "ilustríssimo", "Ilma.": "ilustríssima", "V. Exa.": "vossa excelência",
    "V.Exa.": "vossa excelência", "V. Sa.": "vossa senhoria", "V.Sa.": "vossa senhoria", "Gen.": "general",
    "Cel.": "coronel", "Cap.": "capitão", "Ten.": "tenente", "Sgt.": "sargento", "Maj.": "major", "Pe.": "padre",
    "Fr.": "frei", "Ir.": "irmã", "Dep.": "deputado", "Sen.": "senador", "Gov.": "governador",
    "Pres.": "presidente",
    "Des.": "desembargador", "Min.": "ministro", "Rev.": "reverendo", "D.": "dom", "Sto.": "santo",
    "Sta.": "santa",
    "N. Sra.": "nossa senhora", "N. S.": "nossa senhora", "Cia.": "companhia", "cia.": "companhia",
    "Ltda.": "limitada",
    "ltda.": "limitada", "S.A.": "S A", "S/A": "S A", "Av.": "avenida", "av.": "avenida", "R.": "rua",
    "Al.": "alameda",
    "Trav.": "travessa", "Pça.": "praça", "pça.": "praça", "Pç.": "praça", "Rod.": "rodovia", "rod.": "rodovia",
    "Estr.": "estrada", "Jd.": "jardim", "Vl.": "vila", "Pq.": "parque", "Ed.": "edifício", "ed.": "edifício",
    "apto.": "apartamento", "Apto.": "apartamento", "ap.": "apartamento", "Ap.": "apartamento",
    "apt.": "apartamento",
    "bl.": "bloco", "Bl.": "bloco", "tel.": "telefone", "Tel.": "telefone", "cel.": "celular",
    "etc.": "etcétera", "etc": "etcétera",
    "p. ex.": "por exemplo", "p.ex.": "por exemplo", "ex.": "exemplo", "Ex.": "exemplo", "obs.": "observação",
    "Obs.": "observação",
    "a.C.": "antes de cristo", "a. C.": "antes de cristo", "d.C.": "depois de cristo", "d. C.": "depois de cristo",
    "aprox.": "aproximadamente", "máx.": "máximo", "mín.": "mínimo", "min.": "minutos", "dir.": "direita",
    "esq.": "esquerda",
    "depto.": "departamento", "Depto.": "departamento", "dept.": "departamento", "adm.": "administração",
    "atte.": "atenciosamente", "att.": "atenciosamente",
    "Att.": "atenciosamente", "EUA": "estados unidos", "E.U.A.": "estados unidos", "vs.": "versus",
    "seg.": "segunda",
    "ter.": "terça", "qua.": "quarta", "qui.": "quinta", "sex.": "sexta", "sáb.": "sábado", "dom.": "domingo",
    "vc": "você",
    "vcs": "vocês", "vol.": "volume", "Univ.": "universidade", "Jr.": "júnior", "jr.": "júnior",
    "s/n": "sem número", "c/": "com",
    "p/": "para", "s/": "sem", "séc.": "século", "cf.": "confira", "i.e.": "isto é", "P.S.": "post scriptum",
    "N.B.": "nota bene",
    "ago.": "agosto", "a/c": "aos cuidados de",
}  # fmt: skip
BEFORE_NAME = {
    "S.": "são",
    "St.": "saint",
    "Me.": "mestre",
    "Da.": "dona",
    "P.": "padre",
    "Dª": "dona",
    "D.ª": "dona",
}
BEFORE_NUMBER = {
    "n.º": "número", "nº": "número", "n°": "número", "N.º": "número", "Nº": "número", "N°": "número",
    "n.": "número",
    "núm.": "número", "no.": "número", "No.": "número", "n.°": "número", "nr.": "número", "nos.": "números",
    "pág.": "página",
    "Pág.": "página", "págs.": "páginas", "p.": "página", "pp.": "páginas", "pg.": "página", "art.": "artigo",
    "Art.": "artigo",
    "arts.": "artigos", "cap.": "capítulo", "caps.": "capítulos", "fig.": "figura", "tab.": "tabela",
    "inc.": "inciso", "par.": "parágrafo",
    "km.": "quilômetro", "km": "quilômetro", "Km": "quilômetro", "ref.": "referência", "sl.": "sala",
    "lt.": "lote",
    "qd.": "quadra", "cj.": "conjunto", "tel": "telefone", "apto": "apartamento", "ap": "apartamento",
    "máx": "máximo", "mín": "mínimo",
    "séc.": "século", "c.": "cerca de", "v.": "versículo", "CEP": "cep",
}  # fmt: skip
AFTER_NUMBER = {
    "hab.": "habitantes", "hab": "habitantes", "pág.": "páginas", "págs.": "páginas", "pp.": "páginas",
    "pts.": "pontos", "pts": "pontos",
    "un.": "unidades", "und.": "unidades", "pçs": "peças", "cx.": "caixas", "dz.": "dúzias", "min.": "minutos",
    "seg.": "segundos",
    "vol.": "volumes", "mi": "milhões", "bi": "bilhões", "tri": "trilhões", "mins": "minutos",
    "aprox.": "aproximadamente",
}  # fmt: skip

ACRONYMS = {"EUA": "estados unidos", "TV": "T V"}
SAID = frozenset(
    """ONU PIB OTAN NASA UNESCO UNICEF FIFA UEFA USP UNICAMP UNESP COVID SIDA AIDS OPEP ENEM SENAI SESI SESC SENAC
    SEBRAE
    PIS COFINS CONFINS CADE ANATEL ANEEL ANVISA IBAMA INCRA FUNAI PROCON DETRAN  MERCOSUL PETROBRAS EMBRAPA
    FAPESP CAPES
    CEP PIN PIX LED RAM ROM RADAR LASER VAR BRICS SELIC INEP FIES SISU PROUNI FUVEST PUC UERJ IBOPE ABIN  CONAB
    COPOM
    MASP MAM SIM UBER IKEA FIAT SEAT SUS CUT  OEA BID  BOPE ROTA CONMEBOL SAMU CRAS OSCIP LIBRAS WIFI INMETRO
    SUDENE
    UPA  FEBEM  FUNDEB FAB PAC""".split()
)
SPELLED = frozenset(
    """CPF CNPJ RG USB CD DVD TV FBI CIA BBC CNN PT PSDB PMDB MDB  PP PL UE DNA RNA OMS FMI BCE  PC HTML URL IP
    GPS SMS IBM
    IBGE INSS FGTS ICMS IPTU IPVA IPI ISS BNDES SBT MEC STF STJ TSE TRE TCU PF PM CPI CLT OAB UTI UFRJ UFMG FGV
    IME HIV DF SP
    RJ MG RS BA PR SC UK HD AC DC IA AI API CV LCD NBA  UV PDF XML JSON VPN ATM PSG NFC CBF CEO AM FM CDB IOF TCC
    MIT UFC MMA
        BH""".split()
)

SYMBOLS = {
    "&": "e", "%": "por cento", "‰": "por mil", "+": "mais", "=": "igual a", "/": "barra", "#": "cerquilha",
    "@": "arroba", "°": "graus", "º": "graus", "€": "euros", "$": "dólares", "£": "libras", "¥": "ienes",
    "<": "menor que", ">": "maior que", "≤": "menor ou igual a", "≥": "maior ou igual a", "≈": "aproximadamente",
    "~": "aproximadamente", "±": "mais ou menos", "×": "vezes", "÷": "dividido por", "−": "menos",
    "*": "asterisco",
    "^": "elevado a", "_": "sublinhado", "\\": "barra invertida", "|": "barra vertical", "§": "parágrafo",
    "¶": "parágrafo", "©": "copyright", "®": "marca registrada", "™": "marca registrada", "→": "para", "←": "de",
    "²": "ao quadrado", "³": "ao cubo", "√": "raiz quadrada de", "∞": "infinito", "π": "pi", "Ω": "ômega",
    "µ": "micro",
    "≠": "diferente de", "∑": "soma", "¢": "centavos", "Δ": "delta", "✓": "feito", "•": ",",
}  # fmt: skip
NET_SYMBOLS = {
    ".": "ponto", "@": "arroba", "-": "hífen", "_": "sublinhado", "/": "barra", ":": "dois pontos",
    "?": "interrogação", "=": "igual", "&": "e", "#": "cerquilha", "%": "por cento", "+": "mais", "~": "til",
    ",": "vírgula", ";": "ponto e vírgula", "!": "exclamação", "*": "asterisco", "\\": "barra invertida",
    "$": "cifrão",
    "(": "parêntese", ")": "parêntese", "'": "apóstrofo", '"': "aspas", "–": "hífen", "|": "barra vertical",
}  # fmt: skip
NET_WORDS = frozenset("com org net info edu gov o a os as de em um e eu casa meu web app uol bio".split())

STATES = {
    "unavailable": "indisponível", "unknown": "desconhecido", "not_home": "fora de casa", "heating": "aquecendo",
    "idle": "inativo", "cooling": "resfriando", "playing": "tocando", "partlycloudy": "parcialmente nublado",
    "clear-night": "noite limpa", "rainy": "chuvoso", "cloudy": "nublado", "sunny": "ensolarado",
}  # fmt: skip
SHORT_STATES = {
    "on": "ligado", "off": "desligado", "open": "aberto", "closed": "fechado", "home": "em casa",
    "true": "verdadeiro",
    "false": "falso", "locked": "trancado", "unlocked": "destrancado", "opening": "abrindo", "closing": "fechando",
    "paused": "em pausa", "away": "fora", "heat": "quente", "cool": "frio", "auto": "automático",
}  # fmt: skip
SLASH_JOINS = {"e/ou": "e ou", "km/h": "quilômetros por hora", "s/n": "sem número", "n/a": "não se aplica"}
