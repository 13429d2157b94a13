"""Texts that tokenizers disagree about, and the words that the small tokenizers are trained on."""

import random
import unicodedata

WORDS = """
a photo of the cat holding sign that says hello world an and in on with at by over under near between against through
painting drawing sketch photograph portrait landscape illustration render poster postcard cover frame canvas watercolor oil
acrylic charcoal pastel ink pencil engraving woodcut etching fresco mosaic collage sculpture marble bronze ceramic glass
red orange yellow green blue purple violet pink brown black white grey silver golden crimson scarlet turquoise emerald amber
small large tiny huge old young ancient modern futuristic medieval baroque gothic minimal abstract surreal realistic detailed
beautiful colorful vibrant muted bright dark moody dramatic soft sharp blurry cinematic atmospheric misty foggy stormy sunny
morning evening night dawn dusk sunset sunrise twilight midnight winter spring summer autumn snow rain cloud storm wind fire
water river lake ocean sea beach island mountain valley forest jungle desert meadow garden flower tree leaf grass stone rock
house castle tower bridge street city village harbor market church temple palace cabin barn lighthouse windmill factory
dog horse bird fish lion tiger elephant rabbit fox wolf bear deer owl eagle raven swan butterfly dragon unicorn robot astronaut
man woman child girl boy king queen knight wizard witch sailor farmer painter dancer musician soldier scientist teacher
wearing hat dress coat armor crown mask glasses scarf boots standing sitting running jumping flying sleeping reading dancing
swimming climbing looking smiling eating drinking playing riding walking talking thinking dreaming waiting working building
chair table window door lamp candle book clock mirror vase cup bottle plate bowl basket ladder wheel boat ship train car
bicycle airplane rocket balloon umbrella guitar violin piano drum camera telescope computer keyboard machine engine
highly quality resolution masterpiece lighting background foreground composition perspective depth field focus bokeh lens
apple banana cherry lemon grape bread cheese cake coffee tea wine honey soup pizza don't it's we're they'll I've I'm he'd
één naïve café über straße señor façade crème brûlée Ångström piñata jalapeño smörgåsbord Zürich München København
один кот на крыше красный дом зимой ночной город море γάτα σπίτι θάλασσα ημέρα 猫 一只 在 雪地 里 奔跑 的 山水 画 日本語 の 絵
고양이 사진 한국 그림 قطة في الحديقة חתול ยามเช้า बिल्ली 1 2 3 10 24 1984 2024 4k 8k 35mm
""".split()

SPECIAL = """
<|startoftext|> <|endoftext|> <|STARTOFTEXT|> <|EndOfText|> <|startoftext <|endoftext| |> <| <pad> <unk> </s> <s> <PAD> </S>
<extra_id_0> <extra_id_99> <extra_id_100> <extra_id_-1> ＜/s＞ ＜pad＞ ＜extra_id_1＞ ▁ ▁▁ ▁a <mask> [CLS] </w> \\u0041
""".split()

TRICKY = [
    "",
    " ",
    "   \t\n ",
    "a photo of a cat",
    "A cat holding a sign that says hello world",
    "A PHOTO OF A CAT",
    "a  photo   of    a\tcat\n\nwith\r\nlines",
    " leading and trailing  ",
    "don't 123 !!!...",
    "don't, 123!!",
    "it's we're they'll I've I'm he'd ain't 'tis rock'n'roll DON'T IT'S 'S 's's",
    "naïve ½",
    "nai\u0308ve cafe\u0301 A\u030angstro\u0308m",
    "ﬁne ½ ①",
    "日本語",
    "一只猫在雪地里奔跑，山水画。“引号”《书名》",
    "１２３ ＡＢＣ ａｂｃ！？",
    "고양이 한국",
    "\u1112\u1161\u11ab\u1100\u116e\u11a8",
    "😀😀 a",
    "👩‍👩‍👧‍👦 👍🏽 🏳️‍🌈 ❤️ ☕︎ 🇯🇵🇩🇪",
    "हिन्दी क्षत्रिय ਪੰਜਾਬੀ தமிழ் ไทย",
    "العربية مرحبا بالعالم עִבְרִית",
    "İstanbul IĞDIR ıi ΟΔΟΣ ΣΊΣΥΦΟΣ ẞ ŒUVRE Ǆ Ⅷ",
    "\u00a0no\u00a0break\u2003em\u3000ideographic\u200bzero\u2028line\u0085next",
    "\x00\x01\x07bell\x1b[31m\x7f\x9f del\x1f sep",
    "tab\there\x0bvertical\x0cform",
    "\ufeffbyte order mark \ufffd replacement \ue000 private",
    "a\u0301\u0302\u0303\u0304\u0305\u0306 stacked \u0301alone",
    "C\u0327\u0301 c\u0301\u0327 q\u0307\u0323 q\u0323\u0307",
    "lllll mmmmmmmmm zzzzzz ....... -------- !!!!!!!!!!! haaaaaaaa ((((masterpiece))))",
    "0000000 3.14159 1,000,000 1e-5 ²³ ⅔ ٣٤ Ⅻ ㉈",
    "#hashtag @user http://example.org/a?b=c&d=%20 C:\\path\\file.png {json: [1, 2]} a_b-c+d=e",
    "\"quotes\" 'single' `back` «guillemets» “curly” ‘curly’ it’s",
    "supercalifragilisticexpialidocious" * 4,
    "x" * 200,
    "猫" * 120,
    "😀" * 60,
    "日" * 30 + "a" * 30,
    "cat " * 200,
    "Der Käse schmeckt. " * 30,
    "एक बिल्ली " * 40,
]


def texts(seed: int, count: int) -> list[str]:
    """All tricky texts, every special text in a few surroundings, and random texts."""
    source = random.Random(seed)
    chosen = list(TRICKY)
    for special in SPECIAL:
        chosen += [special, f"a {special} b", f"a{special}b", f"{special}{special} {special.upper()}", f"x  {special}  y!!{special}!!"]
    while len(chosen) < count:
        chosen.append((mixed, scalars, prompt)[len(chosen) % 3](source))
    return chosen


def prompt(source: random.Random) -> str:
    return " ".join(source.choice(WORDS) for _ in range(source.randint(1, 90)))


def mixed(source: random.Random) -> str:
    def part() -> str:
        return source.choice(
            [
                source.choice(WORDS),
                source.choice(SPECIAL),
                source.choice("ab!.-' lzZ<>|▁") * source.randint(1, 12),
                source.choice([" ", "  ", "\t", "\n", "\u00a0", "\u3000", "\u200b"]),
                scalar(source),
            ]
        )

    return "".join(part() for _ in range(source.randint(1, 14)))


def scalars(source: random.Random) -> str:
    return "".join(scalar(source) for _ in range(source.randint(1, 20)))


RANGES = [
    *((0x20, 0x7E), (0x20, 0x7E), (0xA0, 0x24F), (0x300, 0x36F), (0x370, 0x58F), (0x600, 0x6FF), (0x900, 0xDFF)),
    *((0x1100, 0x11FF), (0x2000, 0x2BFF), (0x3040, 0x30FF), (0x4E00, 0x9FFF), (0xAC00, 0xD7A3), (0xF900, 0xFFFD)),
    *((0x00, 0x1F), (0x1D400, 0x1D7FF), (0x20000, 0x2A6D6)),
]


def scalar(source: random.Random) -> str:
    """A character that every Unicode version in use knows: later ones differ between libraries."""
    while True:
        character = chr(source.randint(*source.choice(RANGES)))
        if unicodedata.ucd_3_2_0.category(character) not in ("Cn", "Cs"):
            return character
