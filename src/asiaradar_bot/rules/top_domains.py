"""Which last labels make a host a link on X: the data behind `post_links`."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

from publicsuffixlist import PSLFILE

# Known to X's library of 2020 and gone from the root zone since; X still links them.
_LEGACY = """
    abarth active adac afamilycompany aigo alfaromeo an avianca bananarepublic bentley bl blanco bnl boots bq budapest
    bugatti cancerresearch cartier caseih cbs ceb chloe chrysler cityeats comcast cookingchannel csc dabur dodge doha
    doosan duck dunlop duns eh epost esurance etisalat everbank fiat flsmidth foodnetwork frontdoor fujixerox glade goo
    goodhands guardian hgtv honeywell hoteles htc iinet intel iselect iveco iwc jcp jlc juniper kerrylogistics kinder
    ladbrokes lancaster lancia lancome liaison linde lipsy lixil loft lupin macys maserati mcd mcdonalds meo metlife mf
    mobily montblanc mopar movistar mtpc mutual mutuelle nadex nationwide natura newholland northwesternmutual off
    oldnavy onyourside orientexpress pamperedchef panerai passagens piaget pramerica qvc raid redstone rightathome rmit
    rocher sapo sca scjohnson scor ses shaw showtime shriram spiegel spreadbetting srt starhub statoil swiftcover
    symantec telecity telefonica tiffany tp travelchannel uconnect um vista vistaprint volkswagen vuelos warman
    wolterskluwer xfinity xperia zippo اتصالات موبايلي 大众汽车 工行 手表 珠宝 诺基亚
"""

_NEWER = """
    amazon hotel kids merck music spa web アマゾン 亚马逊 澳门 臺灣 ישראל السعوديه السعودیة السعودیۃ اليمن ايران سوريا
    پاكستان
"""

NEWER = frozenset(_NEWER.split())
"""Names that came after X's library of 2020: the web site links some of them, the library none."""

_ICANN_BEGIN = "// ===BEGIN ICANN DOMAINS==="
_ICANN_END = "// ===END ICANN DOMAINS==="


@cache
def known_names() -> frozenset[str]:
    """
    Every top-level domain that X's library or the root zone knows, in lower case, IDN names in their own script.

    Source: the ICANN part of the Public Suffix List (publicsuffix.org), and what twitter-text 3.1.0 has beyond it.
    """
    icann = Path(PSLFILE).read_text(encoding="utf-8").partition(_ICANN_BEGIN)[2].partition(_ICANN_END)[0]
    rules = (line.split()[0] for line in icann.splitlines() if line and not line.startswith("//"))
    return frozenset(_LEGACY.split()).union(rule.rpartition(".")[2] for rule in rules)


@cache
def _foreign_name() -> re.Pattern[str]:
    names = sorted((name for name in known_names() if not name.isascii()), key=len, reverse=True)
    return re.compile(rf"\.((?i:{'|'.join(names)}))(?![0-9A-Za-z@+\-])")


# Followed by a letter, a digit, @, + or - a name is not the end of a host.
_PLAIN_NAME = re.compile(r"\.(?:([A-Za-z]++)(?![0-9@+\-])|[xX][nN]--[\-0-9A-Za-z]+)")
_FOREIGN_START = re.compile(r"\.(?:[^\x00-\x7f]|[vV][eE][rR][mM])")


def name_ends(text: str) -> tuple[dict[int, int], dict[int, int]]:
    """
    For every full stop that a top-level domain follows: the index of the stop and where the name ends.

    The first dict holds what X's library of 2020 links, the second the names of `NEWER`.
    """
    names = known_names()
    known: dict[int, int] = {}
    newer: dict[int, int] = {}
    for match in _PLAIN_NAME.finditer(text):
        name = match[1]
        if name is None or ((lowered := name.lower()) in names and lowered not in NEWER):
            known[match.start()] = match.end()
        elif lowered in NEWER:
            newer[match.start()] = match.end()
    if not text.isascii() and _FOREIGN_START.search(text):
        for match in _foreign_name().finditer(text):
            (newer if match[1].lower() in NEWER else known)[match.start()] = match.end()
    return known, newer
