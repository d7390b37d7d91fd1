"""
What a text states: numbers in any digits, names where a script has capitals, negations and words of direction.

Nothing here understands a text; it finds the signs whose change makes a true post a false one.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from functools import lru_cache

_SPACES = re.compile(r"\s+")
_SIGNS = str.maketrans(
    {"\u2018": "'", "\u2019": "'", "\u201c": '"', "\u201d": '"', "\u2013": "-", "\u2014": "-", "…": "...", "،": ","}
)
_NUMBER = re.compile(r"\d+(?:[.,:/]\d+)*")
_GROUPED = re.compile(r",(?=\d{3}(?!\d))")
_HAN_NUMBER = re.compile(
    r"[〇零一二三四五六七八九十百千万萬亿億兆两兩]{2,}"
    r"|[一二三四五六七八九十百千两兩](?=[人名个個位年月日天岁歲元円圓倍成度票枚艘架座家])"
)
_SCALE = re.compile(
    r"\d\s?([万萬亿億兆만억조]|(?:million|billion|trillion|thousand|hundred|percent|crore|lakh|bn|m|k)\b)"
)
_NUMBER_WORDS = frozenset(
    {
        "two",
        "three",
        "four",
        "five",
        "six",
        "seven",
        "eight",
        "nine",
        "ten",
        "eleven",
        "twelve",
        "thirteen",
        "fourteen",
        "fifteen",
        "sixteen",
        "seventeen",
        "eighteen",
        "nineteen",
        "twenty",
        "thirty",
        "forty",
        "fifty",
        "sixty",
        "seventy",
        "eighty",
        "ninety",
        "hundred",
        "thousand",
        "million",
        "billion",
        "trillion",
        "half",
        "third",
        "quarter",
        "twice",
        "double",
        "triple",
        "dozen",
    }
)
_WORD = re.compile(r"[^\W\d_]+(?:['\u2019-][^\W\d_]+)*")
_POSSESSIVE = re.compile(r"['\u2019]s?$")
_SENTENCE_START = re.compile(r"(?:^|[.!?…:]\s+|[\n\"“«(]\s*)$")
_TITLE_CASE = 0.6
_NO_NAMES = frozenset(
    {
        "a",
        "an",
        "and",
        "as",
        "at",
        "but",
        "by",
        "for",
        "from",
        "has",
        "have",
        "he",
        "her",
        "his",
        "how",
        "if",
        "in",
        "into",
        "is",
        "it",
        "its",
        "mr",
        "mrs",
        "more",
        "new",
        "no",
        "not",
        "of",
        "on",
        "or",
        "our",
        "over",
        "she",
        "so",
        "than",
        "that",
        "the",
        "their",
        "they",
        "this",
        "to",
        "two",
        "under",
        "up",
        "was",
        "we",
        "were",
        "what",
        "when",
        "where",
        "which",
        "who",
        "why",
        "will",
        "with",
        "after",
        "before",
    }
)

_NEGATIONS: dict[str, tuple[str, ...]] = {
    "en": ("not", "no", "never", "none", "nor", "neither", "without", "cannot", "denies", "denied", "deny", "refuses"),
    "zh": ("不", "没", "沒", "未", "无", "無", "非", "否认", "否認"),
    "ja": ("ない", "なかった", "ません", "せず", "否定", "未", "不"),
    "ko": ("않", "못하", "없", "아니", "부인"),
    "th": ("ไม่", "มิได้", "ปฏิเสธ"),
    "hi": ("नहीं", "न ", "बिना"),
    "ar": ("لا ", "لم ", "لن ", "ليس", "ليست", "نفى"),
    "id": ("tidak", "bukan", "tanpa", "belum"),
    "ms": ("tidak", "bukan", "tanpa", "belum"),
    "vi": ("không", "chưa", "chẳng"),
}
_DIRECTIONS: dict[str, tuple[str, ...]] = {
    "en": (
        "rise",
        "rises",
        "rose",
        "fall",
        "falls",
        "fell",
        "up",
        "down",
        "increase",
        "increases",
        "increased",
        "decrease",
        "decreases",
        "decreased",
        "win",
        "wins",
        "won",
        "lose",
        "loses",
        "lost",
        "gain",
        "gains",
        "gained",
        "approve",
        "approves",
        "approved",
        "reject",
        "rejects",
        "rejected",
        "agree",
        "agrees",
        "agreed",
        "disagree",
        "open",
        "opens",
        "opened",
        "close",
        "closes",
        "closed",
        "begin",
        "begins",
        "end",
        "ends",
        "alive",
        "dead",
        "dies",
        "died",
        "killed",
        "injured",
        "guilty",
        "innocent",
        "acquitted",
        "convicted",
        "above",
        "below",
        "before",
        "after",
        "import",
        "imports",
        "export",
        "exports",
        "north",
        "south",
        "east",
        "west",
        "buy",
        "buys",
        "sell",
        "sells",
        "accept",
        "accepts",
        "accepted",
        "refuse",
        "refused",
        "support",
        "supports",
        "oppose",
        "opposes",
    ),
    "zh": tuple("东東西南北上下升降涨漲跌增减減胜勝败敗输輸赢贏生死男女左右买買卖賣中美日韩韓朝英法德俄印台港澳越泰菲"),
    "ja": tuple("東西南北上下増減勝敗生死男女左右買売日米中韓朝英仏独露印台"),
    "ko": ("상승", "하락", "증가", "감소", "승리", "패배", "사망", "부상", "찬성", "반대", "북", "남"),
}

_WITHDRAWN = re.compile(
    r"^\W*(?:retract(?:ed|ion)|withdrawn|removed)\b\s*[:\]\-\u2014\u2013|]"
    r"|\bthis (?:article|story|report) (?:has been|was|is) (?:retracted|withdrawn|removed|taken down|unpublished)\b"
    r"|(?:本文|本报道|本報導|[该該此]文)[^。]{0,6}(?:已|被)?(?:撤回|撤稿|删除|刪除|下架)|^\W*[\[【]?撤[稿回]"
    r"|(?:本記事|この記事)[^。]{0,10}(?:取り消|撤回|削除)|(?:이|본) 기사[^.]{0,10}(?:철회|취소|삭제)",
    re.IGNORECASE,
)
_CORRECTION_NOTE = re.compile(
    r"(?:^|\n|[.。!?]\s*)\W*(?:correction|clarification|editor'?s note|corrected)\b\s*[:\-\u2014\u2013(\]]"
    r"|\b(?:an earlier|a previous) version of this (?:article|story|report)\b"
    r"|\bthis (?:article|story|report) (?:has been|was) (?:corrected|amended|updated to correct)\b"
    r"|(?:^|\n|。)\W*(?:更正|勘误|勘誤|訂正|お詫び|정정|바로잡습니다)\s*[:\uff1a\]】]"
    r"|本文(?:早前|此前|先前)(?:版本|的版本)|(?:記事|見出し)[^。]{0,8}訂正しました|정정합니다",
    re.IGNORECASE,
)


def folded(text: str) -> str:
    """
    The text as it can be compared: compatible forms, plain quotes and dashes, one space, no case.
    """
    plain = unicodedata.normalize("NFKC", text).translate(_SIGNS)
    return _SPACES.sub(" ", plain).strip().casefold()


def has_capitals(text: str) -> bool:
    """
    Whether most of its letters belong to a script with capitals, where names can be told by their looks.
    """
    letters = [sign for sign in text if sign.isalpha()]
    return 2 * sum(sign.lower() != sign.upper() for sign in letters) > len(letters)


@lru_cache(maxsize=256)
def numbers_in(text: str) -> Counter[str]:
    """
    Numbers and what scales them, in ASCII digits without grouping; Chinese numerals and English number words as well.
    """
    plain = "".join(_digit(sign) for sign in unicodedata.normalize("NFKC", text))
    found = [_GROUPED.sub("", one) for one in _NUMBER.findall(plain)]
    found += [one.lower() for one in _SCALE.findall(plain)]
    found += _HAN_NUMBER.findall(plain)
    found += [word for word in (one.casefold() for one in _WORD.findall(plain)) if word in _NUMBER_WORDS]
    return Counter(found)


def names_in(text: str, whole: str, *, guess: bool = True) -> list[str]:
    """
    Words that look like names, in order: capitals that the sentence does not ask for.

    `whole` is all of the article. In a headline in capitals `guess` takes every word for a name that the article does
    not write small; without it only those that it writes large in the middle of a sentence.
    """
    ordinary = {word for word in words_in(whole, cased=True) if word.islower()}
    in_text = {word.casefold() for word in _mid_capitals(whole)}
    words = [(match.start(), _bare(match[0])) for match in _WORD.finditer(text)]
    capitals = sum(word[:1].isupper() for _, word in words)
    is_title = len(words) > 1 and capitals / len(words) >= _TITLE_CASE
    found = []
    for start, word in words:
        key = word.casefold()
        if not word[:1].isupper() or key in _NO_NAMES or key in ordinary or key in _NUMBER_WORDS:
            continue
        starts = _SENTENCE_START.search(text[:start]) is not None
        if key in in_text or (guess if is_title else not starts):
            found.append(word)
    return list(dict.fromkeys(found))


@lru_cache(maxsize=256)
def words_in(text: str, *, cased: bool = False) -> frozenset[str]:
    """
    All its words without possessive endings, folded unless `cased`.
    """
    found = (_bare(word) for word in _WORD.findall(text))
    return frozenset(found if cased else (word.casefold() for word in found))


def turns_in(text: str, language: str | None) -> Counter[str]:
    """
    Negations and words of direction: what turns a statement around.
    """
    primary = (language or "en").partition("-")[0].lower()
    lists = [table.get(primary, ()) for table in (_NEGATIONS, _DIRECTIONS)]
    plain = folded(text)
    if primary in {"en", "id", "ms", "vi"} or not any(lists):
        english = primary in {"en", "id", "ms", "vi"}
        own = {word for one in lists for word in one}
        wanted = own if english else {*_NEGATIONS["en"], *_DIRECTIONS["en"]}
        found = [word for word in _WORD.findall(plain) if word in wanted]
        found += ["not"] * len(re.findall(r"n't\b", plain))
        return Counter(found)
    return Counter({word: plain.count(word) for one in lists for word in one if word in plain})


def is_withdrawn(title: str, summary: str, body: str) -> bool:
    """
    Whether the article itself says that it is retracted, not that something in it was withdrawn.
    """
    return any(_WITHDRAWN.search(part[:400]) for part in (title, summary, body))


def bears_correction_note(text: str) -> bool:
    """
    Whether the article says that it was corrected.
    """
    return _CORRECTION_NOTE.search(text) is not None


def _digit(sign: str) -> str:
    return str(unicodedata.decimal(sign)) if sign.isdecimal() else sign


def _bare(word: str) -> str:
    return _POSSESSIVE.sub("", word)


def _mid_capitals(text: str) -> set[str]:
    """
    Words with a capital in the middle of a sentence, headlines in capitals left out.
    """
    found = set()
    for line in text.split("\n"):
        words = [(match.start(), _bare(match[0])) for match in _WORD.finditer(line)]
        capitals = sum(word[:1].isupper() for _, word in words)
        if len(words) > 1 and capitals / len(words) >= _TITLE_CASE:
            continue
        found |= {word for start, word in words if word[:1].isupper() and not _SENTENCE_START.search(line[:start])}
    return found
