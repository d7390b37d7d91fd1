"""Feeds: every trap that the site's CMS and other systems are known for."""

from __future__ import annotations

import io
import json
from datetime import UTC, datetime
from time import process_time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from asiaradar_bot.adapters.news_site.feed import MAX_FEED_BYTES, FeedSettings, body_digest, read_feed
from asiaradar_bot.adapters.news_site.feed_memory import FeedMemory
from asiaradar_bot.model.article import SourceItem
from asiaradar_bot.model.outcome import SourceFailed, SourceRead
from tests.adapters.news_site.varient import archive, item, rss

URL = "https://radar.asia/rss/latest-posts"
EIGHT_TEN = datetime(2023, 11, 17, 0, 10, tzinfo=UTC)


def read(document: str | bytes, *, zone: str = "UTC", charset: str | None = None, url: str = URL) -> SourceRead:
    """
    The items of a feed that has to be readable, with and without memory alike.
    """
    content = document.encode() if isinstance(document, str) else document
    understood = FeedSettings(url=url, charset=charset, zone=zone)
    answer = read_feed(content, settings=understood, memory=FeedMemory())
    assert isinstance(answer, SourceRead), answer
    plain = read_feed(content, settings=understood)
    assert isinstance(plain, SourceRead)
    assert plain.items == answer.items
    return answer


def only(document: str | bytes, *, zone: str = "UTC", charset: str | None = None) -> SourceItem:
    """
    The one item of a feed.
    """
    (found,) = read(document, zone=zone, charset=charset).items
    return found


def refused(document: str | bytes) -> str:
    """
    The sentence of a refusal.
    """
    content = document.encode() if isinstance(document, str) else document
    answer = read_feed(content, settings=FeedSettings(url=URL))
    assert isinstance(answer, SourceFailed), answer
    return answer.detail


def test_an_item_of_the_cms_is_read_whole() -> None:
    """Twice escaped title, escaped summary in CDATA, http image, keywords, author, language and stamp come out right."""
    found = only(rss(item("a", title='Tea & "Trade"', summary='Joe said "<b>yes</b>" & left.')))
    assert found == SourceItem(
        id="https://radar.asia/a",
        url="https://radar.asia/a",
        title='Tea & "Trade"',
        summary='Joe said "yes" & left.',
        published_at=EIGHT_TEN,
        updated_at=None,
        authors=("Radar Asia",),
        categories=(),
        keywords=("trade", "tech"),
        image="https://radar.asia/uploads/images/a.jpg",
        language="en",
    )


def test_a_stamp_without_zone_is_read_in_the_sources_zone() -> None:
    """A stamp that names no zone means the newsroom's."""
    found = only(rss(item("a", published="2023-11-17 08:10:00")), zone="Asia/Hong_Kong")
    assert found.published_at == EIGHT_TEN


def test_an_unreadable_stamp_counts_as_missing_and_is_said() -> None:
    """Nonsense in a date is a warning, and the item stays."""
    answer = read(rss(item("a", published="yesterday-ish")))
    assert answer.items[0].published_at is None
    assert any("yesterday-ish" in warning for warning in answer.warnings)


def test_a_guid_that_is_no_address_is_kept_as_it_is() -> None:
    """WordPress and Ghost give ids; the link is the address."""
    found = only(
        '<rss version="2.0"><channel><item><title>A</title><link>https://radar.asia/a</link>'
        '<guid isPermaLink="false">https://radar.asia/?p=42</guid></item></channel></rss>'
    )
    assert (found.id, found.url) == ("https://radar.asia/?p=42", "https://radar.asia/a")


def test_a_guid_that_is_an_address_stands_in_for_a_missing_link() -> None:
    """An item without link is found by its guid."""
    found = only("<rss><channel><item><title>A</title><guid>https://radar.asia/a</guid></item></channel></rss>")
    assert found.url == "https://radar.asia/a"


def test_a_bare_guid_is_a_name_and_no_address() -> None:
    """A guid that does not say that it is no permalink is still taken as it stands, and never made an address."""
    head = "<rss><channel><item><title>A</title><guid>story-7</guid>"
    assert only(f"{head}<link>https://radar.asia/a</link></item></channel></rss>").id == "story-7"
    answer = read(f"{head}</item></channel></rss>")
    assert answer.items == ()
    assert any("has no address" in warning for warning in answer.warnings)


def test_an_endless_title_is_cut_and_said() -> None:
    """Nothing is cut in silence."""
    answer = read(rss(item("a", title="word " * 1000)))
    assert len(answer.items[0].title) <= 1000
    assert any("was cut" in warning for warning in answer.warnings)


def test_a_broken_item_never_loses_the_others() -> None:
    """An item without address and one with a forbidden one are warnings; their neighbours are read."""
    answer = read(
        rss(
            item("a"),
            "<item><title>No address</title></item>",
            "<item><title>Bad</title><link>https://user:pw@radar.asia/b</link></item>",
            item("c"),
        )
    )
    assert [found.url for found in answer.items] == ["https://radar.asia/a", "https://radar.asia/c"]
    assert len(answer.warnings) == 2
    assert not any("user:pw" in warning for warning in answer.warnings)


def test_an_item_that_breaks_the_parser_never_loses_the_others(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the parser itself gives up on a feed, each item is tried alone."""
    import feedparser

    whole = feedparser.parse

    def fragile(source: io.BytesIO, **options: object) -> object:
        text = source.getvalue()
        if b"poison" in text:
            raise ValueError("as some releases do on odd input")
        return whole(io.BytesIO(text), **options)

    monkeypatch.setattr(feedparser, "parse", fragile)
    answer = read_feed(
        rss(item("a"), item("b", title="poison"), item("c")).encode(),
        settings=FeedSettings(url=URL),
        memory=FeedMemory(),
    )
    assert isinstance(answer, SourceRead)
    assert [found.url for found in answer.items] == ["https://radar.asia/a", "https://radar.asia/c"]
    assert any("item 2" in warning and "broke the feed parser" in warning for warning in answer.warnings)
    all_bad = read_feed(rss(item("b", title="poison")).encode(), settings=FeedSettings(url=URL))
    assert isinstance(all_bad, SourceFailed)


@pytest.mark.parametrize("reference", ["&#xFFFFFFF;", "&#99999999999999999999;", "&#xD800;", "&#0;", "&#x8;"])
def test_impossible_character_references_do_not_break_a_feed(reference: str) -> None:
    """References to characters that do not exist, on which parsers raise, become replacement characters."""
    found = only(
        f"<rss><channel><item><title>A{reference}B</title><link>https://radar.asia/a</link></item></channel></rss>"
    )
    assert found.title.replace("\ufffd", "") == "AB"


@pytest.mark.parametrize(
    ("document", "urls"),
    [
        (rss(item("a").replace("A headline", "A & B"), item("b")), ["a", "b"]),
        (rss(item("a", extra="<content:encoded><b>open</content:encoded>"), item("b")), ["a", "b"]),
        (rss(item("a"), item("b"))[:-40], ["a", "b"]),
        (rss(item("a", title="x\x08y"), item("b")), ["a", "b"]),
        (rss(item("a", extra="<x:y>undeclared</x:y>"), item("b")), ["a", "b"]),
        (rss(item("a").replace("A headline", "A&nbsp;B&hellip;"), item("b")), ["a", "b"]),
        ("\n\n<br /><b>Warning</b>: in <b>/x.php</b> on line <b>3</b><br />\n" + rss(item("a")), ["a"]),
        ("\ufeff\ufeff " + rss(item("a")), ["a"]),
        (rss(item("a")).replace('<?xml version="1.0" encoding="utf-8" ?>', "<!-- made by a plugin <a> -->"), ["a"]),
    ],
)  # fmt: skip
def test_malformed_xml_survives(document: str, urls: list[str]) -> None:
    """What real systems break is read all the same, every item of it."""
    answer = read(document)
    assert [found.url for found in answer.items] == [f"https://radar.asia/{url}" for url in urls]


def test_malformed_xml_is_said() -> None:
    """Lenient reading leaves a warning."""
    answer = read(rss(item("a").replace("A headline", "A & B")).replace("&amp;amp;", "& "))
    assert answer.items
    assert read(rss(item("a"))).warnings == ()
    assert any("not well-formed" in warning for warning in read(rss(item("a", extra="<b>"))).warnings)


@pytest.mark.parametrize(
    ("codec", "declared", "http", "title"),
    [
        ("big5", "big5", None, "新聞亞洲"),
        ("gb18030", "gb2312", None, "新闻亚洲"),
        ("cp932", "Shift_JIS", None, "日本①"),
        ("cp949", "euc-kr", None, "한국뉴스"),
        ("cp1252", "iso-8859-1", None, "Café “x”"),
        ("cp874", "tis-620", None, "ข่าวเอเชีย"),
        ("utf-16", "utf-16", None, "新聞"),
        ("utf-8", "utf-8", "iso-8859-1", "新聞 Café"),
        ("cp1252", "utf-8", None, "Café"),
        ("utf-8", "iso-8859-1", None, "हिन्दी"),
        ("big5", "utf-8", "big5", "新聞"),
        ("utf-8", "x-unknown", "x-unknown", "新聞"),
    ],
)
def test_charsets_are_found_by_http_xml_and_bytes(codec: str, declared: str, http: str | None, title: str) -> None:
    """The stated charset is used in its wider web form, and a lie is found out."""
    document = rss(item("a", title=title), declaration=declared).encode(codec)
    assert only(document, charset=http).title == title


@pytest.mark.parametrize("declared", ["utf-7", "punycode", "unicode_escape", "idna", "rot13", "zlib", "undefined"])
def test_codecs_that_transform_are_no_charsets(declared: str) -> None:
    """A feed cannot choose a codec that hides entities or costs quadratic time."""
    assert only(rss(item("a", title="Tea"), declaration=declared)).title == "Tea"


@pytest.mark.parametrize(
    "prologue",
    [
        '<!DOCTYPE rss [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;">]>',
        '<!-- <a --><!DOCTYPE rss [<!ENTITY a "aaa">]>',
        '<!DOCTYPE rss [<!ENTITY % x SYSTEM "file:///etc/passwd">]>',
        '<!doctype rss [<!entity a "b">]>',
        '<!DOCTYPE rss [\n<!ELEMENT rss ANY>\n<!ENTITY xxe SYSTEM "http://127.0.0.1/">]>',
    ],
)
@pytest.mark.parametrize("codec", ["utf-8", "utf-16"])
def test_declared_entities_are_refused_before_any_parser(prologue: str, codec: str) -> None:
    """A document type that declares entities is refused with a sentence, in whatever charset it comes."""
    document = f'<?xml version="1.0" encoding="{codec}"?>{prologue}<rss><channel/></rss>'
    assert "declares entities" in refused(document.encode(codec))


@pytest.mark.parametrize("prefix", ["", "<!DOCTYPE rss [<!ATTLIST item a CDATA 'long'>]>"])
def test_heaps_of_attributes_are_refused_before_any_parser(prefix: str) -> None:
    """The strict parser needs time that grows with their square: with 200,000 it did not end within minutes."""
    crowd = " ".join(f'a{number}="&gt;"' for number in range(1 if prefix else 201))
    assert "attributes" in refused(f'{prefix}<rss version="2.0"><channel><item {crowd}/></channel></rss>'.encode())


def test_entities_in_an_article_are_text() -> None:
    """An article may speak of entities; only a document type can declare them."""
    found = only(rss(item("a", summary="How <!ENTITY a 'b'> works")))
    assert found.title == "A headline"


def test_a_plain_document_type_is_no_reason_to_refuse() -> None:
    """RSS 0.91 has a document type without entities of its own."""
    found = only(
        '<?xml version="1.0"?><!DOCTYPE rss PUBLIC "-//Netscape Communications//DTD RSS 0.91//EN" '
        '"http://my.netscape.com/publish/formats/rss-0.91.dtd"><rss version="0.91"><channel><title>x</title>'
        "<item><title>Caf&eacute;</title><link>https://radar.asia/a</link></item></channel></rss>"
    )
    assert found.title == "Café"


def test_rss_1_0_is_read_with_its_date() -> None:
    """RDF feeds keep items beside the channel; dc:date is when an item was published."""
    found = only(
        '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/" '
        'xmlns:dc="http://purl.org/dc/elements/1.1/"><channel rdf:about="https://radar.asia"><title>x</title></channel>'
        '<item rdf:about="https://radar.asia/a"><title>A</title><link>https://radar.asia/a</link>'
        "<dc:date>2023-11-17T08:10:00+08:00</dc:date><dc:creator>Me</dc:creator></item></rdf:RDF>"
    )
    assert (found.published_at, found.updated_at, found.authors) == (EIGHT_TEN, None, ("Me",))


ATOM = (
    '<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="zh-Hant"><title>x</title>'
    '<link rel="hub" href="https://hub.example/"/><link rel="self" href="https://radar.asia/feed"/>'
    '<entry><id>tag:radar.asia,1</id><title type="html">A &amp;amp; B</title><link rel="alternate" href="/a"/>'
    '<summary type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><p>Hi <b>you</b></p><p>there</p></div></summary>'
    "<updated>2023-11-17T08:10:00+08:00</updated><author><name>N</name><email>n@radar.asia</email></author>"
    '<category term="Politics"/></entry></feed>'
)


def test_atom_is_read_with_relative_links_and_its_hub() -> None:
    """Atom: relative address, xhtml summary, language, category, hub and topic; an update is no publication."""
    answer = read(ATOM)
    assert answer.items == (
        SourceItem(
            id="tag:radar.asia,1",
            url="https://radar.asia/a",
            title="A & B",
            summary="Hi you there",
            updated_at=EIGHT_TEN,
            authors=("N",),
            categories=("Politics",),
            language="zh-hant",
        ),
    )
    assert (answer.hub, answer.topic) == ("https://hub.example/", "https://radar.asia/feed")


def test_the_whole_article_is_no_summary() -> None:
    """Where only content:encoded is given, the summary is missing, not 5,000 words long."""
    whole = "<content:encoded><![CDATA[<p>All of it.</p>]]></content:encoded>"
    document = rss(item("a", extra=whole)).replace("<description><![CDATA[ A summary. ]]></description>", "")
    assert only(document).summary == ""


def test_json_feed_is_read() -> None:
    """JSON Feed 1.1, with numbers as ids, relative addresses, and broken items passed over with a warning."""
    answer = read(
        json.dumps(
            {
                "version": "https://jsonfeed.org/version/1.1",
                "language": "en-US",
                "hubs": [{"type": "WebSub", "url": "https://hub.example/"}],
                "feed_url": "https://radar.asia/feed.json",
                "items": [
                    {
                        "id": 7,
                        "url": "/a",
                        "title": "A &amp; B",
                        "summary": "S",
                        "date_published": "2023-11-17T08:10:00+08:00",
                        "authors": [{"name": "N"}],
                        "tags": ["t", 5],
                        "image": "http://radar.asia/i.jpg",
                    },
                    {"id": "x"},
                    "rubbish",
                    {"id": "https://radar.asia/c", "title": "C"},
                ],
            }
        )
    )
    assert answer.items[0] == SourceItem(
        id="7",
        url="https://radar.asia/a",
        title="A & B",
        summary="S",
        published_at=EIGHT_TEN,
        authors=("N",),
        keywords=("t",),
        image="https://radar.asia/i.jpg",
        language="en-us",
    )
    assert answer.items[1].url == "https://radar.asia/c"
    assert len(answer.warnings) == 2
    assert (answer.hub, answer.topic) == ("https://hub.example/", "https://radar.asia/feed.json")


@pytest.mark.parametrize(
    ("document", "words"),
    [
        ("", "no RSS, Atom or JSON feed"),
        ("<html><body>Login</body></html>", "no RSS, Atom or JSON feed"),
        ("{}", "no list of items"),
        ('{"items": ', "not valid JSON"),
        ("[" * 100_000, "no RSS, Atom or JSON feed"),
        ('{"items":' + "[" * 200_000, "not valid JSON"),
        (b"\x89PNG\r\n\x1a\n\0\0", "no RSS, Atom or JSON feed"),
        ("x" * (MAX_FEED_BYTES + 1), "is larger than"),
    ],
)
def test_what_is_no_feed_is_refused_in_one_sentence(document: str | bytes, words: str) -> None:
    """No feed, no items: said with the address."""
    assert words in refused(document)
    assert URL in refused(document)


def test_at_most_a_thousand_items_are_read() -> None:
    """More are said, not silently dropped."""
    answer = read(archive(1001))
    assert len(answer.items) == 1000
    assert any("1001 items" in warning for warning in answer.warnings)


def test_hidden_characters_are_stripped_from_titles() -> None:
    """Bidirectional controls and zero-width characters do not reach anybody."""
    assert only(rss(item("a", title="safe\u202egnp.exe\u200b \u2066x"))).title == "safegnp.exe x"


def test_an_escaped_script_is_text_gone() -> None:
    """Markup in titles and summaries is taken off, script and all, however often it was escaped."""
    found = only(rss(item("a", title="<script>alert(1)</script>Hi", summary="<img src=x onerror=alert(1)>Hi")))
    assert (found.title, found.summary) == ("Hi", "Hi")


def test_a_digest_forgets_the_time_of_the_request() -> None:
    """Build dates, channel dates, time to live and comments do not change a feed; anything in an item does."""
    one = rss(item("a"), built="Tue, 24 Nov 2026 02:00:00 +0000")
    channel = "<title>Radar Asia</title>"
    for other in (
        rss(item("a"), built="Tue, 24 Nov 2026 02:01:00 +0000"),
        one.replace(channel, f"{channel}<pubDate>Tue, 24 Nov 2026 02:01:00 +0000</pubDate><ttl>5</ttl>"),
        one.replace(channel, f"{channel}<generator>v2</generator><!-- cached 02:01 -->"),
        one + "\n<!-- served from cache at 02:01 -->",
    ):
        assert body_digest(one.encode()) == body_digest(other.encode())
    for changed in (rss(item("a", title="B")), rss(item("a", published="Fri, 17 Nov 2023 08:11:00 +0800")), rss()):
        assert body_digest(one.encode()) != body_digest(changed.encode())
    updated = ATOM.replace("<updated>2023-11-17T08:10:00+08:00", "<updated>2023-11-17T08:11:00+08:00")
    assert body_digest(ATOM.encode()) != body_digest(updated.encode())


def test_a_changed_feed_parses_its_changed_items_only(monkeypatch: pytest.MonkeyPatch) -> None:
    """Items whose bytes were seen come from memory, in the feed's order; the parser gets the new one alone."""
    import feedparser

    memory, understood = FeedMemory(), FeedSettings(url=URL)
    first = read_feed(archive(50), settings=understood, memory=memory)
    sizes: list[int] = []
    whole = feedparser.parse

    def measured(source: object, **options: object) -> object:
        answer = whole(source, **options)
        sizes.append(len(answer.entries))
        return answer

    monkeypatch.setattr(feedparser, "parse", measured)
    document = archive(50).decode().replace("<item>", item("new") + "<item>", 1)
    second = read_feed(document.encode(), settings=understood, memory=memory)
    assert isinstance(first, SourceRead)
    assert isinstance(second, SourceRead)
    assert sizes == [1]
    assert [found.url for found in second.items] == ["https://radar.asia/new", *(found.url for found in first.items)]


def test_memory_does_not_mix_feeds_languages_or_zones() -> None:
    """The same bytes in another feed, language or zone are read anew."""
    memory = FeedMemory()
    document = rss(item("a", published="2023-11-17 08:10:00"))
    read_feed(document.encode(), settings=FeedSettings(url=URL), memory=memory)
    zoned = read_feed(document.encode(), settings=FeedSettings(url=URL, zone="Asia/Hong_Kong"), memory=memory)
    tongue = read_feed(
        document.replace("<dc:language>en", "<dc:language>ja").encode(), settings=FeedSettings(url=URL), memory=memory
    )
    assert isinstance(zoned, SourceRead)
    assert isinstance(tongue, SourceRead)
    assert zoned.items[0].published_at == EIGHT_TEN
    assert tongue.items[0].language == "ja"


def test_memory_forgets_what_was_used_least() -> None:
    """Memory is bounded."""
    memory = FeedMemory(size=2)
    found = only(rss(item("a")))
    for digest in (b"1", b"2"):
        memory.keep(digest, found)
    memory.find(b"1")
    memory.keep(b"3", found)
    assert [memory.find(digest) is not None for digest in (b"1", b"2", b"3")] == [True, False, True]


PIECES = st.sampled_from(
    [
        b"<rss>", b"<channel>", b"<item>", b"</item>", b"<title>", b"</title>", b"<link>", b"</link>", b"<feed>",
        b"<entry>", b"<![CDATA[", b"]]>", b"<!--", b"-->", b"&", b"&#x", b"&#99999999999;", b"<?xml ?>", b"<!DOCTYPE",
        b'<link href="http://[">', b"https://radar.asia/a", b"<pubDate>", b"2023-99-99", b"</", b"<x:y ", b"\xff", b"\0",
        b'<guid isPermaLink="true">', b"<media:content url=''/>", b"<enclosure url='%zz'/>", b"]>", b"<!ENTITY a 'b'>",
        b'<content type="application/xhtml+xml" mode="base64">', b"<georss:point>", b'xml:base="http://["', b"{", b"}",
    ]
)  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(
    st.one_of(st.binary(max_size=300), st.lists(st.one_of(PIECES, st.binary(max_size=6)), max_size=40).map(b"".join))
)
def test_no_bytes_make_the_feed_reader_raise(content: bytes) -> None:
    """Whatever comes, the answer is a value, bare and inside a feed."""
    for document in (
        content,
        b"<rss><channel><item>" + content + b"</item></channel></rss>",
        b'{"items":[' + content + b"]}",
    ):
        body_digest(document)
        answer = read_feed(document, settings=FeedSettings(url=URL), memory=FeedMemory())
        assert isinstance(answer, SourceRead | SourceFailed)


JSON = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=20)),
    lambda inner: st.one_of(
        st.lists(inner, max_size=4),
        st.dictionaries(
            st.sampled_from(["id", "url", "title", "summary", "items", "authors", "name", "tags", "image", "hubs"]),
            inner,
            max_size=6,
        ),
    ),
    max_leaves=15,
)


@settings(max_examples=150, deadline=None)
@given(st.lists(JSON, max_size=4), JSON)
def test_no_json_makes_the_feed_reader_raise(items: list[object], other: object) -> None:
    """Any JSON in any place of a JSON feed gives a value."""
    document = json.dumps({"items": items, "hubs": other, "language": other, "feed_url": other}).encode()
    assert isinstance(read_feed(document, settings=FeedSettings(url=URL)), SourceRead | SourceFailed)


def test_a_mean_author_does_not_stop_the_watch() -> None:
    """A pattern took hours over a name of thousands of «@.», and nothing else of the process ran meanwhile."""
    mean = "@." * 4000 + " x"
    begun = process_time()
    found = only(ATOM.replace("<name>N</name><email>n@radar.asia</email>", f"<name>{mean}</name>"))
    assert process_time() - begun < 5
    assert found.title == "A & B"


@pytest.mark.parametrize(
    ("name", "is_author"),
    [("mei@radar.asia", False), ("a.b@c.d", False), ("Mei @ Radar.asia", True), ("@mei.l", True), ("mei@radar", True)],
)
def test_an_address_of_mail_is_no_author(name: str, is_author: bool) -> None:  # noqa: FBT001 - a parameter of the test
    """Feeds put one where a name belongs; what only looks a little like one is a name."""
    found = only(ATOM.replace("<name>N</name><email>n@radar.asia</email>", f"<name>{name}</name>"))
    assert bool(found.authors) is is_author
