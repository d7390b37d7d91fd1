"""
The one reader of addresses: whatever checks an address and whatever uses it see the same parsed form.

Addresses are parsed by ada, which implements the URL Standard; only its normalised form is used from then on.

The canonical form: https, except for this machine and private networks, where http stays; host in lower-case ASCII
without a final dot; no default port; path and query percent-encoded, escapes in upper case and unneeded ones
decoded; no fragment; no tracking parameters; the order of all others untouched. A final slash stays as the site
writes it, because sites redirect from one form to the other; `same_article_key` does without it.

Source: URL Standard (url.spec.whatwg.org); RFC 3986 section 6.2.2 (normalisation).
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from functools import lru_cache
from urllib.parse import quote, unquote_plus

from ada_url import URL

from asiaradar_bot.model.errors import InputError

MAX_URL_CHARS = 2048
_SHOWN_CHARS = 120

TRACKING_PREFIXES = ("utm_", "mtm_", "pk_", "hsa_", "oly_", "fb_")
TRACKING_NAMES = frozenset(
    {
        "__twitter_impression", "_ga", "_gl", "_hsenc", "_hsmi", "cmpid", "dclid", "fbclid", "gbraid", "gclid",
        "gclsrc", "hsctatracking", "igsh", "igshid", "li_fat_id", "mc_cid", "mc_eid", "mkt_tok", "msclkid", "ncid",
        "ref", "ref_src", "ref_url", "referrer", "s_cid", "scid", "spm", "srsltid", "ttclid", "twclid", "vero_id",
        "wbraid", "wickedid", "yclid",
    }
)  # fmt: skip
"""Parameters that tell where a reader came from and never what is read; compared in lower case."""

_ESCAPED = re.compile(r"%([0-9A-Fa-f]{2})?")
_HOST = re.compile(r"[a-z0-9._-]+|[0-9a-f:.]+")
_LOOSE = str.maketrans({sign: quote(sign) for sign in "|^'`{}[]\\"})
"""Signs that the URL Standard lets stand in places and RFC 3986 nowhere, or that end links in other people's text."""
_UNRESERVED = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")
_WEB = ("http:", "https:")
_FRONTS = ("www.", "m.", "mobile.", "amp.")
"""Of hosts that show one site."""
_LIGHT = "amp"
_LIGHT_QUERIES = frozenset({"amp", "amp=", "amp=1", "amp=true", "outputType=amp"})


def parse_address(url: str, *, base: str | None = None) -> URL:
    """
    The parsed http(s) address; `base` is where a relative one was found.

    Raises:
        InputError: no address, another scheme, credentials inside, no host, or too long.
    """
    if len(url) > MAX_URL_CHARS:
        raise InputError(f"the address {_shown(url)} is longer than {MAX_URL_CHARS} characters; shorten it")
    if not url.strip():
        raise InputError("an empty address leads nowhere; write it as https://host/path")
    try:
        parsed = URL(url.strip(), base)
    except ValueError as error:
        raise InputError(f"{_shown(url)} is not a web address; write it as https://host/path") from error
    _check_parts(parsed, url)
    return parsed


def absolute_url(url: str, *, base: str) -> str:
    """
    The address that `url` means on the page at `base`, normalised but not canonical.

    Raises:
        InputError: it is no http(s) address.
    """
    return parse_address(url, base=base).href


def canonical_url(url: str) -> str:
    """
    The one form of an address that is stored, compared and posted.

    Raises:
        InputError: it is no http(s) address.
    """
    parsed = parse_address(url)
    host = _host(parsed)
    scheme = "http" if parsed.protocol == "http:" and _is_near(host) else "https"
    port = "" if parsed.port in {"", _default_port(scheme), _default_port(parsed.protocol[:-1])} else f":{parsed.port}"
    shown_host = f"[{host}]" if ":" in host else host
    query = _without_tracking(parsed.search[1:])
    address = f"{scheme}://{shown_host}{port}{_tidy(parsed.pathname)}{f'?{_tidy(query)}' if query else ''}"
    # Tidying may turn an escape into a plain dot; one more turn makes the form stable.
    return parse_address(address).href


@lru_cache(maxsize=1024)  # one page of the Desk asks for the same few links again and again
def same_article_key(url: str) -> str:
    """
    What two addresses of one article share: the canonical form without scheme, `www.` and empty parts of the path, and
    without what asks for a lighter page of the same article: `m.`, `/amp` behind or before the path, `?amp`.

    Letter case of the path counts, as some systems tell articles apart by it.

    Raises:
        InputError: it is no http(s) address.
    """
    address, _, query = canonical_url(url).split("://", 1)[1].partition("?")
    host, *path = [part for part in address.split("/") if part]
    if len(path) > 1:  # an article may be called just «amp»
        path = path[:-1] if path[-1] == _LIGHT else path[path[0] == _LIGHT :]
    query = "&".join(part for part in query.split("&") if part not in _LIGHT_QUERIES)
    return "/".join([_site(host), *path]) + (f"?{query}" if query else "")


def link_names(links: Iterable[str]) -> tuple[str, ...]:
    """
    The names (`rules.facts`) by which articles go to which these links lead, without repetition; links may stand
    without protocol, as in texts, and what is no address has no name.
    """
    names = []
    for link in links:
        with suppress(InputError):
            names.append(f"url:{same_article_key(link if '://' in link else f'https://{link}')}")
    return tuple(dict.fromkeys(names))


def site_of(url: str) -> str:
    """
    The host without `www.` and the like.

    Raises:
        InputError: it is no http(s) address.
    """
    return _site(host_of(url))


def host_of(url: str) -> str:
    """
    The host in lower-case ASCII, without port and final dot.

    Raises:
        InputError: it is no http(s) address.
    """
    return _host(parse_address(url))


def check_domain(entry: str) -> str:
    """
    The entry of an allowlist as it was given.

    Raises:
        ValueError: it is no name of a host, so that nothing would ever be on it; a sentence.
    """
    name = entry.strip()
    if "/" not in name and _domain(name):
        return entry
    try:
        host = host_of(name if "//" in name else f"https://{name}")
    except InputError as error:
        raise ValueError(f"«{entry}» is no name of a host: write it as radar.asia") from error
    raise ValueError(f"«{entry}» is an address and no name of a host: write {host}")


def is_front_page(url: str) -> bool:
    """
    Whether the address has neither path nor query; False for what is no address.
    """
    try:
        parsed = parse_address(url)
    except InputError:
        return False
    return parsed.pathname.strip("/") == "" and not _without_tracking(parsed.search[1:])


def is_allowed(url: str, domains: Sequence[str]) -> bool:
    """
    Whether the address is on one of the domains or below it; False for what is no address.
    """
    try:
        host = host_of(url)
    except InputError:
        return False
    return is_host_allowed(host, domains)


def is_host_allowed(host: str, domains: Sequence[str]) -> bool:
    """
    Whether the host, as `host_of` gives it, is one of the domains or below it.
    """
    wanted = [_domain(domain) for domain in domains]
    return any(host == domain or (domain and host.endswith(f".{domain}")) for domain in wanted)


def with_parameters(url: str, parameters: Mapping[str, str]) -> str:
    """
    The address with the parameters set: those of the same name go, the new ones stand last, in their order.

    Raises:
        InputError: it is no http(s) address.
    """
    parsed = parse_address(url)
    kept = [part for part in parsed.search[1:].split("&") if part and _name(part) not in parameters]
    added = [f"{quote(name, safe='')}={quote(value, safe='')}" for name, value in parameters.items()]
    parsed.search = "&".join(kept + added)
    return parsed.href


def with_tracking_of(url: str, link: str) -> str:
    """
    The address with the tracking parameters of another link, in their order.

    Raises:
        InputError: one of them is no http(s) address.
    """
    parsed = parse_address(url)
    tracking = [part for part in parse_address(link).search[1:].split("&") if _is_tracking(_name(part).lower())]
    parsed.search = "&".join([*(part for part in parsed.search[1:].split("&") if part), *tracking])
    return parsed.href


def _check_parts(parsed: URL, url: str) -> None:
    if parsed.protocol not in _WEB:
        raise InputError(f"{_shown(url)} is not a web address; only https:// (and http:// nearby) is read")
    if parsed.username or parsed.password:
        raise InputError(f"the address {_shown(parsed.host)} carries a user name or password; take it out")
    if not _HOST.fullmatch(_host(parsed)):
        raise InputError(f"{_shown(url)} names no host that can exist; write it as https://host/path")


def _shown(url: str) -> str:
    """
    The address fit for a sentence: credentials and control characters out, cut.
    """
    text = re.sub(r"//[^/@\s]*@", "//", url[: _SHOWN_CHARS * 2])
    text = "".join(character if character.isprintable() else " " for character in text).strip()
    return f"«{text[:_SHOWN_CHARS]}{'...' if len(text) > _SHOWN_CHARS else ''}»"


def _site(host: str) -> str:
    return next((host.removeprefix(front) for front in _FRONTS if host.startswith(front)), host)


def _host(parsed: URL) -> str:
    return parsed.hostname.strip("[]").rstrip(".")


def _domain(domain: str) -> str:
    """
    The host that an entry of an allowlist means; empty: none.
    """
    try:
        return host_of(f"https://{domain.strip().strip('.')}/")
    except InputError:
        try:
            return host_of(f"https://[{domain.strip()}]/")
        except InputError:
            return ""


def _is_near(host: str) -> bool:
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return not ipaddress.ip_address(host).is_global
    except ValueError:
        return False


def _default_port(scheme: str) -> str:
    return "80" if scheme == "http" else "443"


def _tidy(text: str) -> str:
    return _ESCAPED.sub(_tidy_escape, text).translate(_LOOSE)


def _tidy_escape(found: re.Match[str]) -> str:
    digits = found.group(1)
    if digits is None:
        return "%25"
    code = int(digits, 16)
    return chr(code) if code in _UNRESERVED else f"%{digits.upper()}"


def _name(part: str) -> str:
    return unquote_plus(part.partition("=")[0])


def _without_tracking(query: str) -> str:
    return "&".join(part for part in query.split("&") if part and not _is_tracking(_name(part).lower()))


def _is_tracking(name: str) -> bool:
    return name in TRACKING_NAMES or name.startswith(TRACKING_PREFIXES)
