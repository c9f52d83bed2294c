"""What is said to judge a voice: everyday sentences without digits and names, which are written in one way."""

from __future__ import annotations

from litetts_edge.pipeline.voices import primary

SENTENCES: dict[str, tuple[str, ...]] = {
    "en": (
        "The small boat drifted slowly across the quiet lake.",
        "Please bring the yellow basket into the kitchen before dinner.",
        "Nobody heard the old clock because the radio was playing.",
        "We walked home along the river and talked about the weather.",
        "The front door is open and the light in the hall is on.",
        "She bought a loaf of bread, some cheese and a bottle of milk.",
    ),
    "de": (
        "Das kleine Boot trieb langsam über den stillen See.",
        "Bitte bring den gelben Korb vor dem Essen in die Küche.",
        "Die Haustür ist offen, und das Licht im Flur brennt noch.",
        "Wir gingen am Fluss entlang nach Hause und sprachen über das Wetter.",
        "Niemand hörte die alte Uhr, weil im Zimmer nebenan das Radio spielte.",
    ),
    "es": (
        "La pequeña barca cruzaba despacio el lago tranquilo.",
        "Por favor, lleva la cesta amarilla a la cocina antes de la cena.",
        "La puerta de la calle está abierta y la luz del pasillo está encendida.",
        "Volvimos a casa por el río y hablamos del tiempo.",
        "Nadie oyó el viejo reloj porque la radio estaba puesta.",
    ),
    "fr": (
        "La petite barque traversait lentement le lac tranquille.",
        "Apporte le panier jaune dans la cuisine avant le dîner, s'il te plaît.",
        "La porte d'entrée est ouverte et la lumière du couloir est allumée.",
        "Nous sommes rentrés le long de la rivière en parlant du temps.",
        "Personne n'a entendu la vieille horloge à cause de la radio.",
    ),
    "it": (
        "La piccola barca attraversava lentamente il lago tranquillo.",
        "Per favore porta il cesto giallo in cucina prima di cena.",
        "La porta di casa è aperta e la luce del corridoio è accesa.",
        "Siamo tornati a casa lungo il fiume parlando del tempo.",
        "Nessuno ha sentito il vecchio orologio perché la radio era accesa.",
    ),
    "pt": (
        "O pequeno barco atravessava devagar o lago tranquilo.",
        "Por favor, leve a cesta amarela para a cozinha antes do jantar.",
        "A porta da rua está aberta e a luz do corredor está acesa.",
        "Voltamos para casa ao longo do rio e falamos do tempo.",
        "Ninguém ouviu o velho relógio porque o rádio estava ligado.",
    ),
    "hi": (
        "छोटी नाव शांत झील पर धीरे धीरे बह रही थी।",
        "कृपया खाने से पहले पीली टोकरी रसोई में ले आओ।",
        "सामने का दरवाज़ा खुला है और बत्ती जल रही है।",
        "हम नदी के किनारे घर आए और मौसम की बात की।",
        "किसी ने पुरानी घड़ी की आवाज़ नहीं सुनी।",
    ),
    "ja": (
        "小さな船が静かな湖をゆっくり進んでいました。",
        "夕食の前に黄色いかごを台所に持ってきてください。",
        "玄関のドアが開いていて、廊下の電気がついています。",
        "私たちは川に沿って家に帰り、天気の話をしました。",
        "ラジオが鳴っていたので、誰も古い時計の音を聞きませんでした。",
    ),
    "zh": (
        "小船慢慢地漂过安静的湖面。",
        "请在晚饭前把黄色的篮子拿到厨房来。",
        "前门开着，走廊里的灯也亮着。",
        "我们沿着河走回家，谈论着天气。",
        "因为收音机开着，谁也没有听见旧钟的声音。",
    ),
}
"""By primary language subtag. The first of each is said again and again to judge repeatability."""

COUNTING = "1, 2, 3, 4, 5, 6, 7, 8, 9, 10."
"""Read in any language that espeak-ng reads, for those without sentences here."""

CALIBRATING = (
    "1, 2, 3, 4, 5.",
    "17, 28, 39.",
    "365.",
    "12, 24, 36, 48, 60, 72.",
    "1999, 2024.",
    "7, 70, 700, 7000.",
    "81, 18.",
    "3, 6, 9, 12, 15, 18, 21, 24.",
    "100, 90, 80, 70?",
    "11, 13, 17, 19, 23!",
)
"""What the statistics for windows are taken from, in any language; the sentences above then tell if they hold."""


def sentences(lang: str) -> tuple[str, ...]:
    """What a voice of that language says."""
    return SENTENCES.get(_language(lang), (COUNTING, COUNTING[:-5] + "."))


def are_words(lang: str) -> bool:
    """Whether what was said can be compared with what was heard: of digits nobody knows how they are written."""
    return _language(lang) in SENTENCES


def _language(lang: str) -> str:
    own = primary(lang)
    return "zh" if own == "cmn" else own  # espeak-ng calls it so
