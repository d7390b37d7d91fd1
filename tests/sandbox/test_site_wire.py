"""The sample site on the wire: waiting, breaking, endless and moved answers, kept connections, and its switchboard."""

from __future__ import annotations

import http.client
import io
import json
import time
from datetime import datetime, timedelta
from urllib.parse import urlsplit

import pytest
from PIL import ExifTags, Image

from asiaradar_bot.sandbox.site import SampleSite
from tests.sandbox.site_access import START, Clock, get

REAL = "biden-and-xi-secure-key-agreements-on-military-communications-fentanyl"
CORRECTED = "kaohsiung-port-containers-record"


def connect(site: SampleSite) -> http.client.HTTPConnection:
    """A connection to the site."""
    return http.client.HTTPConnection("127.0.0.1", urlsplit(site.base_url).port or 0, timeout=10)


def command(site: SampleSite, path: str, body: object = None, *, method: str = "POST") -> tuple[int, dict[str, object]]:
    """Status and JSON of one command to the switchboard."""
    connection = connect(site)
    connection.request(method, f"/__sandbox__/{path}", body=None if body is None else json.dumps(body))
    answer = connection.getresponse()
    content = json.loads(answer.read())
    connection.close()
    return answer.status, content


def test_several_requests_go_over_one_connection() -> None:
    """HTTP/1.1 with a length on every answer, 304 and HEAD included."""
    with SampleSite(now=Clock(), start_with=1) as site:
        connection = connect(site)
        connection.connect()
        socket = connection.sock
        for method, path in (("GET", "/"), ("HEAD", "/"), ("GET", "/nothing"), ("GET", f"/{REAL}")):
            connection.request(method, path)
            connection.getresponse().read()
            assert connection.sock is socket
        connection.close()


def test_a_slow_answer_waits_and_is_given_up_when_the_site_ends() -> None:
    """The wait is before the first byte; the end of the site does not wait for it."""
    with SampleSite(now=Clock()) as site:
        site.behave("^/about", delay_seconds=0.2)
        begun = time.monotonic()
        assert get(site, "/about").status == 200
        assert time.monotonic() - begun >= 0.2
        site.behave("^/rss", delay_seconds=60)
        waiting = connect(site)
        waiting.request("GET", "/rss/latest-posts")
        begun = time.monotonic()
    assert time.monotonic() - begun < 10
    waiting.close()


def test_an_endless_body_goes_on_for_as_long_as_anyone_reads() -> None:
    """Its own beginning comes first; after it, megabytes of blanks."""
    with SampleSite(now=Clock()) as site:
        site.behave("^/rss", body="<rss>", endless=True)
        connection = connect(site)
        connection.request("GET", "/rss/latest-posts")
        answer = connection.getresponse()
        assert answer.read(5) == b"<rss>"
        assert len(answer.read(3_000_000).strip()) == 0
        connection.close()


def test_a_body_can_break_off() -> None:
    """The length promises more than comes."""
    with SampleSite(now=Clock(), start_with=1) as site:
        site.behave(f"^/{REAL}", cut_after_bytes=100)
        connection = connect(site)
        connection.request("GET", f"/{REAL}")
        with pytest.raises(http.client.IncompleteRead) as caught:
            connection.getresponse().read()
        assert len(caught.value.partial) == 100
        connection.close()


def test_a_page_can_be_larger_than_anyone_should_read() -> None:
    """The body that a test hands in arrives whole; packed it is small."""
    with SampleSite(now=Clock()) as site:
        site.behave("^/about", body=b"x" * 6_000_000)
        assert len(get(site, "/about").body) == 6_000_000
        assert len(get(site, "/about", Accept_Encoding="gzip").body) < 60_000


def test_a_renamed_article_redirects_where_the_site_does_so() -> None:
    """Over two renamings to where it is now, and to 404 when it is taken down."""
    with SampleSite(now=Clock()) as site:
        old = site.publish(CORRECTED)
        site.rename(CORRECTED, "second-name", redirect=True)
        site.rename("second-name", "third-name", redirect=True)
        moved = get(site, old)
        assert (moved.status, moved.headers["location"]) == (301, site.url("third-name"))
        site.remove("third-name", 410)
        assert (get(site, old).status, get(site, "/third-name").status) == (404, 410)


def test_wishes_can_be_forgotten_hits_counted_and_the_clock_exchanged() -> None:
    """For tests in the same process."""
    with SampleSite(now=Clock(), start_with=1) as site:
        site.behave("^/about", status=500)
        assert get(site, "/about?a=1").status == 500
        site.behave_normally()
        assert get(site, "/about").status == 200
        assert (site.hits("/about"), site.hits("/")) == (2, 0)
        site.set_clock(lambda: START + timedelta(days=3))
        site.update(REAL, body="One.\n\nTwo.")
        text = get(site, f"/{REAL}").text
        assert "<span>Updated: Nov 27, 2026 - 10:00</span>" in text
        assert "<p>One.</p>\n<p>Two.</p>" in text


def test_the_switchboard_does_from_outside_what_the_object_does() -> None:
    """Publish, change, move, remove and bend, by another process; nothing of it is on the request list."""
    with SampleSite(now=Clock()) as site:
        assert command(site, "publish") == (200, {"slug": REAL, "url": site.url(REAL)})
        assert command(site, "publish", {"slug": CORRECTED})[1]["url"] == site.url(CORRECTED)
        assert command(site, "update", {"slug": CORRECTED, "title": "New", "body": "Text."}) == (200, {"done": True})
        assert command(site, "rename", {"slug": CORRECTED, "new_slug": "moved", "redirect": True})[0] == 200
        assert command(site, "remove", {"slug": REAL, "status": 410})[0] == 200
        assert command(site, "", method="GET")[1]["shown"] == [
            {"slug": "moved", "url": site.url("moved"), "title": "New"}
        ]
        command(site, "behave", {"path_regex": "^/about", "status": 429, "headers": {"Retry-After": "9"}, "times": 1})
        command(site, "behave", {"path_regex": "^/about", "body": "bent"})
        assert get(site, "/about").headers["retry-after"] == "9"
        assert get(site, "/about").text == "bent"
        command(site, "behave", method="DELETE")
        assert "Radar Asia reports" in get(site, "/about").text
        assert get(site, f"/{REAL}").status == 410
        assert command(site, "requests", method="GET")[1] == {"requests": ["/about", "/about", "/about", f"/{REAL}"]}


def test_the_switchboard_moves_the_clock() -> None:
    """To a time, and on by seconds; what is published then carries it."""
    with SampleSite(now=Clock()) as site:
        assert command(site, "clock", {"set": "2027-01-01T00:00:00+00:00"})[1] == {"now": "2027-01-01T00:00:00+00:00"}
        now = command(site, "clock", {"advance_seconds": 90})[1]["now"]
        assert datetime.fromisoformat(str(now)).minute == 1
        command(site, "publish", {"slug": REAL})
        assert "<span>Jan 01, 2027 - 08:01</span>" in get(site, f"/{REAL}").text


@pytest.mark.parametrize(
    ("path", "body", "status", "sentence"),
    [
        ("publish", {"slug": "nothing"}, 400, "the sample site has no article nothing"),
        ("update", {"title": "x"}, 400, "slug: field required"),
        ("update", {"slug": REAL}, 400, "publish it first"),
        ("behave", {"path_regex": "("}, 400, "unterminated subpattern"),
        ("clock", {"set": "2027-01-01T00:00:00"}, 400, "set: input should have timezone info"),
        ("remove", {"slug": REAL, "status": 200}, 400, "status: input should be greater"),
        ("dance", {}, 404, "there is no POST /__sandbox__/dance"),
    ],
)
def test_a_wrong_command_is_refused_in_one_sentence(path: str, body: object, status: int, sentence: str) -> None:
    """What, and how to mend it."""
    with SampleSite(now=Clock()) as site:
        answered, content = command(site, path, body)
        assert answered == status
        assert sentence in str(content["error"])


def test_the_switchboard_answers_to_local_names_only() -> None:
    """A page of another site, whose name leads to loopback, can't move the switches through a reader's browser."""
    with SampleSite(now=Clock()) as site:
        assert get(site, "/__sandbox__/", Host="evil.example").status == 403
        assert get(site, "/__sandbox__/", Host="localhost:80").status == 200


def test_the_site_itself_takes_no_posts() -> None:
    """405 with what it takes."""
    with SampleSite(now=Clock()) as site:
        refused = get(site, "/about", method="POST")
        assert (refused.status, refused.headers["allow"]) == (405, "GET, HEAD")


def test_pictures_come_in_every_kind_that_trips_readers() -> None:
    """PNG, WEBP, one on its side with a place in its EXIF, one too large, one that is none; a wrong ending is 404."""
    with SampleSite(now=Clock()) as site:
        assert _picture(site, "pacific-fishing-fleets-share-sonar-maps.png").format == "PNG"
        assert _picture(site, "bangkok-flood-gates-report.webp").format == "WEBP"
        sideways = _picture(site, "luang-prabang-cafes-map.jpg")
        assert (sideways.size, sideways.getexif()[ExifTags.Base.Orientation]) == ((675, 1200), 6)
        assert sideways.getexif().get_ifd(ExifTags.IFD.GPSInfo)[ExifTags.GPS.GPSLatitudeRef] == "N"
        huge = _picture(site, "suva-climate-archive-opens.jpg")
        assert huge.width * huge.height > 25_000_000
        text = get(site, "/images/samarkand-paper-mill-hundred-workshops.jpg")
        assert (text.headers["content-type"], text.body[:9]) == ("image/jpeg", b"<!DOCTYPE")
        assert get(site, f"/images/{REAL}.png").status == get(site, "/images/nothing.jpg").status == 404


def _picture(site: SampleSite, name: str) -> Image.Image:
    return Image.open(io.BytesIO(get(site, f"/images/{name}").body))
