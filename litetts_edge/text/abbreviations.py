"""Words that take a full stop without ending a sentence, and words that begin one, by language. Lower case."""

from __future__ import annotations

from functools import cache

TITLES = frozenset("mr mrs ms mx dr prof messrs mme mlle mgr msgr dott sig hrn".split())
"""Always before a name (or the rest of a title), in any language: never the end of a sentence."""

_TITLES_EN = frozenset(
    """
    drs profs rev fr hon pres gov sen sens rep reps gen col maj capt cmdr adm lt sgt cpl pvt brig supt insp det
    atty
    st ste mt ft
    """.split()
)

NEVER = frozenset("e.g i.e cf viz vs approx ca p.s n.b a.k.a q.v ibid bzw vgl d.h z.b u.a p.ej p.ex".split())
"""Always before what they belong to."""

_NEVER_EN = frozenset("eg ie resp esp incl v".split())

BEFORE_NUMBER = frozenset(
    "no nos nr nrs n° nº num núm p pp pg pág pag art arts sec secs § ch chap fig figs vol vols op ex eq tab ver v "
    "par para bd abs kap rn lot box tel ext apt rm bk ln lns rs sun sat".split()
)
"""Abbreviations of these only before a number; `no` and `p` are words elsewhere."""

ENGLISH = frozenset(
    """
    dept est fig figs vol vols ed eds trans repr pp al inc ltd corp co cos llc plc bros ave av blvd rd ln pl sq hwy
    apt bldg tel ext min max misc jan feb mar apr jun jul aug sep sept oct nov dec mon tue tues wed weds thu thur
    thurs
    fri etc jr sr esq ph.d ph.ds m.d b.a m.a b.sc m.sc d.phil asst assoc assn univ dist div gal oz lb lbs tbsp tsp
    yd yds ft mi hr hrs mins sec secs wk wks mo mos yr yrs qt pt cal deg temp avg ref refs rel govt intl natl orig
    publ sci tech tel usu abbr adj adv anon app attn cont diag ill illus incl intro lang lit mfg mfr mgmt mgr mtg
    pkg pres prev prob prop qty recd reg rpt sched sig std subj supp syn tbd temp treas ult yrs ala ariz ark calif
    colo conn del fla ga ind kan ky md mich minn mont neb nev okla ore pa penn tenn tex vt va wash wis wyo
    gen sen rep gov col nos
    """.split()
)

_OTHERS = {
    "de": """
        bzw usw etc ca evtl ggf inkl exkl zzgl abzgl nr str abs art bd hrsg jh jhd mio mrd tsd max min tel geb gest
        verh sog bspw bsp vgl allg ehem einschl gem ggü lfd max mind mtl od resp s.o s.u u.a u.ä u.u v.a v.chr
        n.chr
        z.b z.t z.zt d.h i.d.r o.ä m.e st std sek min pl lt mo di mi do fr sa so jan feb apr aug sept okt nov dez
        hr fr frl prof dr hd kgl dt engl franz lat abb anm aufl kap
    """,
    "es": """
        sr sra srta sres dr dra prof d dña ud uds vd vds etc aprox avda av c/ calle núm nro pág págs art cap vol ed
        tel teléf depto dpto izq dcha ee ee.uu uu a.c d.c p.ej ej cía s.a s.l ltda gral cnel lic ing arq ene feb
        mar
        abr may jun jul ago sept oct nov dic máx mín km kg admón atte fdo
    """,
    "fr": """
        m mm mme mmes mlle mlles dr pr me mgr st ste etc env av bd boul fig p pp art chap vol éd ex cf tél apr j.-c
        janv févr avr juil sept oct nov déc max min réf hab n° ann ap apr cie ltée lun mar mer jeu ven sam dim
    """,
    "it": """
        sig sig.ra sig.na dott dott.ssa prof prof.ssa ing avv arch geom rag on sen ecc etc es pag pagg art artt
        cap vol
        fig tel v.le c.so p.za n nr ca max min gen feb mar apr mag giu lug ago set ott nov dic a.c d.c s.p.a
        s.r.l ss
        mons card cav gent egr spett cfr
    """,
    "pt": """
        sr sra srs sras dr dra prof profa eng exmo exma ilmo av r etc pág págs art cap vol tel nº núm ex aprox
        máx mín
        jan fev mar abr mai jun jul ago set out nov dez cia ltda s.a a.c d.c p.ex depto gov obs
    """,
    "nl": """
        dhr mevr mw dr drs ir ing mr prof enz bijv bv o.a d.w.z m.b.t i.p.v t.a.v nr blz ca max min tel jl st art
        str
    """,
    "ru": """
        г гг г-н г-жа т.е т.д т.п т.к др пр ул д кв стр см рис руб коп млн млрд тыс им проф акад напр в вв н.э
        обл р пер
    """,
    "pl": "np itd itp tzn m.in prof dr inż mgr hab ul al nr str godz r w wg ok tys mln mld zł św pw tel im",
    "cs": "např tj tzn tzv atd apod prof dr ing mgr ul nám č str tel r st hod min tis mil mld sv",
    "sv": "t.ex d.v.s bl.a m.m o.s.v osv ca kl nr st tel dr prof resp jfr",
    "hi": """
        डॉ डा श्री श्रीमती श्रीमति सुश्री प्रो पं इं मो सु कु क्र सं नं लि प्रा रु रू rs no
        कि.मी कि.ग्रा से.मी मि.मी मि.ली ई ई.पू
    """,
}

_STARTERS_EN = """
    the a an this that these those he she it we they i you his her its our their my your who what when where why
    how
    which whose in on at by for from with without as if while after before although though because since until
    unless
    but and or so yet nor however therefore then there here is are was were do does did can could would should have
    has had let let's please yes not now today tomorrow yesterday tonight later meanwhile also even just only
    perhaps
    maybe finally first next one some many most all each every both another other others few several once thus
    still
    well oh it's he's she's they're we're you're i'm i've that's there's what's don't isn't i'll we'll he'll during
    between under over since despite according instead nobody nothing everyone everything someone something to
    afterwards eventually fortunately unfortunately suddenly soon again never always often sometimes
"""
_STARTERS = {
    "en": _STARTERS_EN,
    "de": """
        der die das ein eine er sie es wir ich du ihr man dann danach doch aber und oder so wenn als weil da dort
        hier
        heute morgen gestern jetzt nun auch nur noch nach vor bei mit für im am in an auf zu dies diese dieser
        dieses
        was wer wie wo warum kein keine bitte ja nein später zuerst sein seine ihre unser mein
    """,
    "es": """
        el la los las un una él ella ellos ellas yo tú usted nosotros es son era fue está en con para por pero y
        o si
        cuando como que qué quién dónde por ya hoy ayer mañana luego después también no sí este esta esto ese esa
        su
        sus mi mis hay se le les lo al del entonces así
    """,
    "fr": """
        le la les l'un un une il elle ils elles je tu nous vous on ce cet cette ces c'est mais et ou si quand comme
        que qui où pourquoi dans sur avec pour par en au aux du des puis ensuite alors aujourd'hui hier demain oui
        non son sa ses mon ma mes leur leurs voici voilà il y
    """,
    "it": """
        il lo la i gli le un uno una egli lui lei noi voi loro io tu è sono era ma e o se quando come che chi dove
        perché in con per su da di al nel poi dopo oggi ieri domani sì no questo questa quello quella suo sua mio
        mia
        non si ci
    """,
    "pt": """
        o a os as um uma ele ela eles elas eu tu você nós é são era foi está em com para por mas e ou se quando
        como
        que quem onde no na nos nas do da hoje ontem amanhã depois então sim não este esta isto esse essa isso
        seu sua
        meu minha há
    """,
}


@cache
def leading(language: str) -> frozenset[str]:
    """Abbreviations that something always follows: titles, `e.g.`, `vs.`"""
    return TITLES | NEVER | (_TITLES_EN | _NEVER_EN if language == "en" else frozenset())


@cache
def abbreviations(language: str) -> frozenset[str]:
    """Abbreviations of a language (`en`), those of English included where the language has no table."""
    return frozenset(_OTHERS[language].split()) if language in _OTHERS else ENGLISH


@cache
def starters(language: str) -> frozenset[str]:
    """Words that, with a capital, begin a sentence rather than a name."""
    return frozenset(_STARTERS.get(language, _STARTERS_EN).split())
