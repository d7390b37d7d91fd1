"""X's own npm package under node, to be asked what it makes of texts: shared by the comparison and the benchmark."""

# ruff: noqa: RUF001  signs that look like others are what the comparison is about
from __future__ import annotations

import json
import random
import subprocess
import tempfile
from pathlib import Path
from typing import Any

VERSION = "3.1.0"
CASES = Path(__file__).parents[1] / "tests" / "rules" / "weighted_length_cases.json"

_ANSWERS = """
const x = require("twitter-text");
const texts = JSON.parse(require("fs").readFileSync(process.argv[2], "utf8"));
const answers = texts.map((text) => {
  const parsed = x.parseTweet(text);
  return {
    weightedLength: parsed.weightedLength, valid: parsed.valid, urls: x.extractUrls(text),
    hashtags: x.extractHashtags(text), mentions: x.extractMentions(text), cashtags: x.extractCashtags(text),
  };
});
process.stdout.write(JSON.stringify(answers));
"""

_SPEED = """
const x = require("twitter-text");
const texts = JSON.parse(require("fs").readFileSync(process.argv[2], "utf8"));
let sum = 0;
const round = () => {
  const from = process.hrtime.bigint();
  for (const text of texts) {
    sum += x.parseTweet(text).weightedLength;
    sum += x.extractEntitiesWithIndices(text).length;
  }
  return Number(process.hrtime.bigint() - from) / 1e9;
};
const rounds = Number(process.argv[3]);
const seconds = Array.from({ length: rounds }, round);
process.stdout.write(JSON.stringify({ seconds, sum }));
"""


def answers(texts: list[str]) -> list[dict[str, Any]]:
    """
    What the package says to each text: weightedLength, valid, urls, hashtags, mentions, cashtags.
    """
    found: list[dict[str, Any]] = _run(_ANSWERS, texts)
    return found


def seconds(texts: list[str], *, rounds: int) -> list[float]:
    """
    How long the package takes for all the texts (length and entities), once for each round; the first warms it up.
    """
    found: list[float] = _run(_SPEED, texts, str(rounds))["seconds"]
    return found


def recorded_texts() -> list[str]:
    """
    The texts of the recorded cases, among them headlines in twenty scripts.
    """
    return [case["text"] for case in json.loads(CASES.read_text(encoding="utf-8"))["cases"]]


def varied(seeds: list[str], count: int, *, seed: int) -> list[str]:
    """
    Distinct texts made from the seeds by joining, cutting and inserting; the same for the same seed.
    """
    chance = random.Random(seed)
    texts: dict[str, None] = {}
    while len(texts) < count:
        text = chance.choice(seeds)
        for _ in range(chance.randint(1, 4)):
            text = chance.choice(_CHANGES)(chance, text, seeds)
        texts[text[:600]] = None
    return list(texts)


def _join(chance: random.Random, text: str, seeds: list[str]) -> str:
    return text + chance.choice(["", " ", "\n", "，", ".", "/", "@", "#", "“", "(", "-", "_"]) + chance.choice(seeds)


def _insert(chance: random.Random, text: str, _seeds: list[str]) -> str:
    at = chance.randint(0, len(text))
    return text[:at] + "".join(chance.choices(_PIECES, k=chance.randint(1, 3))) + text[at:]


def _cut(chance: random.Random, text: str, _seeds: list[str]) -> str:
    start = chance.randint(0, len(text))
    return text[:start] + text[start + chance.randint(1, 5) :]


def _swap_case(chance: random.Random, text: str, _seeds: list[str]) -> str:
    at = chance.randint(0, len(text))
    return text[:at] + text[at : at + 6].swapcase() + text[at + 6 :]


def _close_up(chance: random.Random, text: str, _seeds: list[str]) -> str:
    return text.replace(" ", chance.choice(["", ".", "-", "_", "/", "@", "#", "$", "、", "\u00a0", "\u200b"]), 2)


def _pieces(chance: random.Random, _text: str, _seeds: list[str]) -> str:
    return "".join(chance.choices(_PIECES, k=chance.randint(2, 12)))


_CHANGES = (_join, _insert, _insert, _cut, _swap_case, _close_up, _pieces)
_PIECES = (
    *" \n\t.,:;!?…'\"“”‘’()[]{}<>«»「」【】、。・/\\|@＠#＃$%&*+-=_~^`°©®™€¥£",
    *"\u00a0\u3000\u2028\u0085\u180e\ufeff\uffff\ufffe\0\x7f",
    *"aAbzZ019éÉßſKıİœƀɠιΙ\u0345Ⱥⱥ\u0301\u0323жЖᲀαώგᲒא\u05d0ب한中日ระकññ\u1e9e\u1ec7\ud7a3ᄒ\uff41\uff11\uff0e\uff61",
    *"\u200b\u200c\u200d\u200e\u202a\u202c\u2060\u2066\u2069\ufe0e\ufe0f\u20e3\U0001f3fb\U0001f3ff\U0001f1ef\U0001f1f5𠮷𝒜😀",
    *[
        "❤",
        "❤️",
        "👍🏽",
        "👨‍👩‍👧‍👦",
        "👩🏽‍🚀",
        "🏳️‍🌈",
        "🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f",
        "☝️🏽",
        "🕴️‍♂️",
        "1️⃣",
        "⌚️",
        "👁‍🗨",
        "♾️",
    ],
    *[
        ".com",
        ".asia",
        "radar.asia",
        "Booking.com",
        "t.co",
        "example.co.uk",
        "a_b.org",
        "x-y.net",
        "foo.한국",
        "新闻.中国",
        "例え.jp",
    ],
    *[
        "xn--fiqs8s",
        ".xn--p1ai",
        "vermögensberatung.vermögensberatung",
        "дом.рф",
        "ΕΛ.ελ",
        "嘉里.嘉里大酒店",
        "भारत.भारतम्",
        "onion.onion",
        "127.0.0.1",
    ],
    *[
        "http://",
        "https://",
        "HTTPS://",
        "HtTp://",
        "ftp://",
        "://",
        "https://t.co/abc",
        "http://T.CO/x?y=1",
        "https://radar.asia/a(b(c)d)e",
    ],
    *[
        "/path",
        "/a_(b)",
        "/@x/y",
        "?q=1",
        "?a=b&c=d#e",
        ":80",
        ":8080/",
        "/ж",
        "/é",
        "/新",
        "/-",
        "/.",
        "..",
        "--",
        "__",
        "((",
        "))",
    ],
    *[
        "@radar",
        "@a/b",
        "@a_b",
        "＠x",
        "RT @a",
        "rt@b:",
        "#tag",
        "#1",
        "#1a",
        "＃タグ",
        "#中文",
        "#a_b",
        "$AAPL",
        "$A.B",
        "$toolongg",
        "#️⃣",
        "#é",
        "#한글",
        "://#x",
    ],
)


def _run(script: str, texts: list[str], *arguments: str) -> Any:
    folder = _installed()
    with tempfile.TemporaryDirectory() as scratch:
        given = Path(scratch) / "texts.json"
        given.write_text(json.dumps(texts), encoding="utf-8")
        code = folder / "ask.js"
        code.write_text(script, encoding="utf-8")
        done = subprocess.run(["node", code, given, *arguments], check=True, capture_output=True, cwd=folder)
    return json.loads(done.stdout)


def _installed() -> Path:
    """
    A folder outside the project where the package is installed; made at the first use.
    """
    folder = Path(tempfile.gettempdir()) / f"asiaradar-twitter-text-{VERSION}"
    if not (folder / "node_modules" / "twitter-text").exists():
        folder.mkdir(exist_ok=True)
        (folder / "package.json").write_text('{"private": true}', encoding="utf-8")
        install = ["npm", "install", "--ignore-scripts", "--no-audit", "--no-fund", f"twitter-text@{VERSION}"]
        subprocess.run(install, check=True, cwd=folder, capture_output=True)
    return folder
