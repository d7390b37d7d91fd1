"""Addresses: one canonical form, keys, allowlists, parameters, and refusals in words."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from asiaradar_bot.model.errors import InputError
from asiaradar_bot.rules.addresses import (
    absolute_url,
    canonical_url,
    host_of,
    is_allowed,
    is_front_page,
    same_article_key,
    with_parameters,
)


@pytest.mark.parametrize(
    ("given_url", "canonical"),
    [
        ("https://radar.asia/a", "https://radar.asia/a"),
        ("http://Radar.Asia:80/a", "https://radar.asia/a"),
        ("https://radar.asia:443/a", "https://radar.asia/a"),
        ("http://radar.asia:8080/a", "https://radar.asia:8080/a"),
        ("https://radar.asia./a", "https://radar.asia/a"),
        ("  https://radar.asia/a \n", "https://radar.asia/a"),
        ("https://radar.asia/a#comments", "https://radar.asia/a"),
        ("https://radar.asia/a/", "https://radar.asia/a/"),
        ("https://radar.asia", "https://radar.asia/"),
        ("https://radar.asia/a?", "https://radar.asia/a"),
        ("https://radar.asia/a?utm_source=x&UTM_Medium=y&fbclid=1&gclid=2&ref=home", "https://radar.asia/a"),
        ("https://radar.asia/a?b=2&utm_source=x&a=1&&", "https://radar.asia/a?b=2&a=1"),
        ("https://radar.asia/?p=42&%75tm_source=x", "https://radar.asia/?p=42"),
        ("https://radar.asia/a?referendum=1", "https://radar.asia/a?referendum=1"),
        ("https://radar.asia/ä b", "https://radar.asia/%C3%A4%20b"),
        ("https://radar.asia/%e4%b8%ad", "https://radar.asia/%E4%B8%AD"),
        ("https://radar.asia/中", "https://radar.asia/%E4%B8%AD"),
        ("https://radar.asia/%41%7E", "https://radar.asia/A~"),
        ("https://radar.asia/100%", "https://radar.asia/100%25"),
        ("https://radar.asia/a|b'c^d", "https://radar.asia/a%7Cb%27c%5Ed"),
        ("https://radar.asia/x/../a", "https://radar.asia/a"),
        ("https://radar.asia/x/%2e%2e/a", "https://radar.asia/a"),
        ("https://radar.asia\\a", "https://radar.asia/a"),
        ("https://新聞.asia/a", "https://xn--efvv70d.asia/a"),
        ("http://127.0.0.1:8000/a", "http://127.0.0.1:8000/a"),
        ("http://localhost:80/a", "http://localhost/a"),
        ("http://site.localhost/a", "http://site.localhost/a"),
        ("http://[::1]:8000/a", "http://[::1]:8000/a"),
        ("http://192.168.1.5/a", "http://192.168.1.5/a"),
        ("http://93.184.216.34/a", "https://93.184.216.34/a"),
    ],
)
def test_the_canonical_form(given_url: str, canonical: str) -> None:
    """Scheme, host, port, escapes, fragment and tracking parameters are brought into one form; the rest stays."""
    assert canonical_url(given_url) == canonical


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("https://radar.asia/a", "http://www.radar.asia/a/?utm_source=x#top"),
        ("https://radar.asia/%E4%B8%AD", "https://radar.asia/%e4%b8%ad"),
        ("https://radar.asia/?p=1", "https://radar.asia?p=1"),
        ("https://radar.asia/a/?id=1", "https://radar.asia/a?id=1"),
        ("https://radar.asia/a/amp", "https://radar.asia/a"),
        ("https://amp.radar.asia/a", "https://radar.asia/a"),
        ("https://m.radar.asia/amp/a?b=1&amp=1", "https://radar.asia//a?b=1"),
    ],
)
def test_names_of_one_article_share_a_key(one: str, other: str) -> None:
    """Scheme, www, final slash and tracking do not make another article."""
    assert same_article_key(one) == same_article_key(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("https://radar.asia/a", "https://radar.asia/b"),
        ("https://radar.asia/?p=1", "https://radar.asia/?p=2"),
        ("https://radar.asia/a", "https://radar.asia/A"),
        ("https://radar.asia/a", "https://blog.radar.asia/a"),
        ("https://radar.asia/zh/a", "https://radar.asia/a"),
        ("https://radar.asia/amp", "https://radar.asia/"),
        ("https://radar.asia/a?x=1", "https://radar.asia/a"),
    ],
)
def test_different_articles_have_different_keys(one: str, other: str) -> None:
    """Path, letter case, parameters, host and language tell articles apart."""
    assert same_article_key(one) != same_article_key(other)


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("", "empty address"),
        ("   ", "empty address"),
        ("radar.asia/a", "not a web address"),
        ("//radar.asia/a", "not a web address"),
        ("javascript:alert(1)", "not a web address"),
        ("mailto:desk@radar.asia", "not a web address"),
        ("data:text/html,x", "not a web address"),
        ("https://", "not a web address"),
        ("https://./", "names no host"),
        ("https://user:secret@radar.asia/", "user name or password"),
        ("https://user@radar.asia/", "user name or password"),
        ("https://radar.asia:99999/", "not a web address"),
        ("https://[", "not a web address"),
        ("https://radar.asia/\ud800", "not a web address"),
        ("https://radar.asia/" + "a" * 2100, "longer than 2048"),
        ("https://user:secret@" + "a" * 2100, "longer than 2048"),
    ],
)
def test_junk_is_refused_in_words(url: str, words: str) -> None:
    """One clear sentence, without the secret."""
    for read in (canonical_url, same_article_key, host_of):
        with pytest.raises(InputError, match=words) as refusal:
            read(url)
        assert "secret" not in str(refusal.value)
    assert not is_allowed(url, ["radar.asia"])
    assert not is_front_page(url)


@pytest.mark.parametrize(
    ("url", "allowed"),
    [
        ("https://radar.asia/a", True),
        ("https://www.RADAR.asia/a", True),
        ("https://a.b.radar.asia./a", True),
        ("https://notradar.asia/a", False),
        ("https://radar.asia.evil.example/", False),
        ("https://evil.example/radar.asia", False),
        ("https://evil.example\\@radar.asia/", False),
        ("https://evil.example#@radar.asia/", False),
        ("https://xn--efvv70d.asia/", True),
        ("http://127.0.0.1:99/", True),
        ("http://[::1]/", True),
        ("http://1.127.0.0.1/", False),
    ],
)
def test_the_allowlist_means_the_domain_and_what_is_below(url: str, allowed: bool) -> None:  # noqa: FBT001  a table of truths
    """No trick of spelling puts a host into or out of the list."""
    assert is_allowed(url, ["Radar.asia", "新聞.asia", "127.0.0.1", "::1", "", " . "]) is allowed


def test_parameters_are_set_once_and_last() -> None:
    """Existing ones of the name go, others stay as they are, values are escaped."""
    url = with_parameters("https://radar.asia/a?x=1&utm_source=old&y=%20", {"utm_source": "x", "n": "ä &=#"})
    assert url == "https://radar.asia/a?x=1&y=%20&utm_source=x&n=%C3%A4%20%26%3D%23"
    assert with_parameters("https://radar.asia/a#f", {}) == "https://radar.asia/a#f"


@pytest.mark.parametrize(
    ("url", "front"),
    [
        ("https://radar.asia", True),
        ("https://radar.asia/?utm_source=x", True),
        ("https://radar.asia/?p=42", False),
        ("https://radar.asia/a", False),
    ],
)
def test_front_pages_are_known(url: str, front: bool) -> None:  # noqa: FBT001  a table of truths
    """Neither path nor query that counts: the front page."""
    assert is_front_page(url) is front


def test_relative_addresses_are_meant_from_their_page() -> None:
    """Joined as browsers do; an empty one means nothing."""
    assert absolute_url("../b?x=1", base="https://radar.asia/a/c") == "https://radar.asia/b?x=1"
    with pytest.raises(InputError):
        absolute_url("", base="https://radar.asia/a")


ADDRESS_PARTS = st.lists(
    st.sampled_from(["https://", "http://", "radar.asia", "127.0.0.1", "[::1]", ":80", "/", "?", "#", "&", "=", "%", "%2e",
                     "%E4", "..", "@", "\\", "utm_x", "a", "ä", "中", " ", "|", "'", "\t", "\u202e", "；"]),
    max_size=15,
).map("".join)  # fmt: skip


@settings(max_examples=500)
@given(st.one_of(st.text(), ADDRESS_PARTS, ADDRESS_PARTS.map("https://radar.asia/".__add__)))
def test_canonical_is_stable_and_nothing_but_refusals_is_raised(url: str) -> None:
    """The canonical form is its own canonical form, pure ASCII without blanks, and everything else is an InputError."""
    try:
        canonical = canonical_url(url)
    except InputError:
        return
    assert canonical_url(canonical) == canonical
    assert canonical.isascii()
    assert not set(canonical) & set(" <>\"'|^\\\t\n#")
    assert same_article_key(canonical) == same_article_key(url)
    assert host_of(canonical) == host_of(url)
