"""The sample site's life: publishing, changing, removing, bent answers, the scenario and its signed pushes."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
from standardwebhooks import Webhook

from asiaradar_bot.sandbox.site import SampleSite, Scenario
from tests.sandbox.site_access import START, Clock, get, read_article, read_items

SECRET = "whsec_c2FtcGxlLXNpdGUtdGVzdHM="
CORRECTED = "kaohsiung-port-containers-record"
RETRACTED = "colombo-tea-auction-record-price"


@contextmanager
def listening(status: int = 204) -> Iterator[tuple[str, list[tuple[dict[str, str], str]]]]:
    """
    The address of a receiver of pushes, and what it got: headers and body.
    """
    got: list[tuple[dict[str, str], str]] = []

    class Receiver(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            got.append((dict(self.headers.items()), body))
            self.send_response(status)
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002  the name is http.server's
            """Keep the test's output clean."""

    server = HTTPServer(("127.0.0.1", 0), Receiver)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}/hooks/publish", got
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def test_articles_come_in_script_order_and_the_real_one_is_first() -> None:
    """The script goes on where it was, and ends with None."""
    with SampleSite(now=Clock(), start_with=2) as site:
        assert site.slugs[0].startswith("biden-and-xi-")
        assert site.publish_next() == site.slugs[2]
        while site.publish_next() is not None:
            pass
        assert all(get(site, site.url(slug)).status == 200 for slug in site.slugs)


def test_an_update_changes_the_page_and_its_updated_stamp() -> None:
    """A corrected headline keeps the address and the publication stamp."""
    clock = Clock()
    with SampleSite(now=clock) as site:
        site.publish(CORRECTED)
        clock.pass_by(minutes=5)
        site.update(CORRECTED, title="Another headline")
        page = read_article(site, CORRECTED)
        assert (page.title, page.published_at, page.updated_at) == ("Another headline", START, clock.at)


def test_a_renamed_article_is_found_under_its_new_address_only() -> None:
    """The old address answers 404, the guid changes, title, stamp and picture stay."""
    with SampleSite(now=Clock(), manner="2.2") as site:
        old = site.publish("rain-ends-drought")
        (before,) = read_items(site)
        site.rename("rain-ends-drought", "rain-at-last")
        (after,) = read_items(site)
        assert get(site, old).status == 404
        assert after.id == f"{site.base_url}/rain-at-last" != before.id
        assert (after.title, after.published_at, after.image) == (before.title, before.published_at, before.image)


def test_a_removed_article_answers_404_and_then_410() -> None:
    """The second removal changes the status."""
    with SampleSite(now=Clock()) as site:
        address = site.publish(RETRACTED)
        site.remove(RETRACTED)
        assert get(site, address).status == 404
        site.remove(RETRACTED, 410)
        assert get(site, address).status == 410


def test_what_is_not_on_the_site_is_refused_in_one_sentence() -> None:
    """Publishing what is not written, changing what is not published, an unknown version."""
    with SampleSite(now=Clock(), start_with=2) as site:
        with pytest.raises(ValueError, match="the sample site has no article nothing"):
            site.publish("nothing")
        with pytest.raises(ValueError, match="is not on the sample site; publish it first"):
            site.update(RETRACTED)
        with pytest.raises(ValueError, match="is taken; choose another"):
            site.rename(site.slugs[0], site.slugs[1])
    with pytest.raises(ValueError, match=r"has no manner '3'; choose one of 2\.2, 2\.4"):
        SampleSite(now=Clock(), manner="3")


def test_answers_can_be_bent_for_some_requests_or_for_all() -> None:
    """Status, headers and body by path, the earliest wish first, counted; every request is on the list."""
    with SampleSite(now=Clock(), start_with=1) as site:
        site.behave(r"^/rss/", status=503, headers={"Retry-After": "120"}, times=1)
        site.behave(r"^/rss/", body="not a feed")
        site.behave(r"^/about", headers={"ETag": '"1"'})
        first, second = get(site, "/rss/latest-posts"), get(site, "/rss/latest-posts?x=1")
        assert (first.status, first.headers["retry-after"]) == (503, "120")
        assert (second.status, second.text) == (200, "not a feed")
        assert get(site, "/about").headers["etag"] == '"1"'
        assert site.requests == ["/rss/latest-posts", "/rss/latest-posts?x=1", "/about"]


def test_long_texts_are_packed_for_who_takes_that_and_head_has_no_body() -> None:
    """Packed by request; HEAD gives the length only."""
    with SampleSite(now=Clock(), start_with=5) as site:
        packed = get(site, "/", Accept_Encoding="gzip")
        assert packed.headers["content-encoding"] == "gzip"
        assert packed.body[:2] == b"\x1f\x8b"
        head = get(site, "/", method="HEAD")
        assert head.body == b""
        assert int(head.headers["content-length"]) == len(get(site, "/").body)


def test_the_scenario_corrects_retracts_renames_and_pushes_each_publication_signed() -> None:
    """Each push carries a valid Standard Webhooks signature and the article's address."""
    with listening() as (address, got), SampleSite(now=Clock(), start_with=3) as site:
        scenario = Scenario(site, pace_seconds=0, push_url=address, push_secret=SECRET)
        scenario.run(threading.Event())
        assert scenario.advance() is None
        assert scenario.failed_pushes == []
        messages = [Webhook(SECRET).verify(body, headers) for headers, body in got]
        assert {message["type"] for message in messages} == {"article.published"}
        addresses = [message["data"]["url"] for message in messages]
        assert len(addresses) == len(set(addresses)) == len(site.slugs) - 3
        assert read_article(site, CORRECTED).title == "Kaohsiung Port Handled 8.9 Million Containers Last Year"
        assert get(site, f"/{RETRACTED}").status == 410
        assert get(site, "/rain-ends-drought").status == 404
        assert get(site, "/rain-ends-94-day-drought-in-karachi").status == 200


def test_every_article_has_its_place_in_the_scenario() -> None:
    """Nothing that is written stays unpublished, and it is published in script order."""
    with SampleSite(now=Clock()) as site:
        scenario = Scenario(site)
        told = iter(scenario.advance, None)
        published = [sentence.rpartition("/")[2] for sentence in told if sentence.startswith("published")]
        assert published == list(site.slugs)
        assert all(site.note(slug) for slug in site.slugs)


def test_a_push_that_fails_is_on_record_and_stops_nothing() -> None:
    """The receiver's refusal is a sentence; the article is published all the same."""
    with listening(status=500) as (address, _), SampleSite(now=Clock()) as site:
        scenario = Scenario(site, push_url=address, push_secret=SECRET)
        stopping, told = threading.Event(), list[str]()

        def tell(sentence: str) -> None:
            told.append(sentence)
            stopping.set()

        scenario.run(stopping, tell=tell)
        assert told[0] == f"published {site.url(site.slugs[0])}"
        assert "HTTP Error 500" in told[1]
        assert told[1:] == scenario.failed_pushes


def test_a_push_without_a_secret_is_refused() -> None:
    """Nothing is sent unsigned."""
    with SampleSite(now=Clock()) as site, pytest.raises(ValueError, match="needs a secret to sign with"):
        Scenario(site, push_url="http://127.0.0.1:1/")


def test_the_site_runs_as_a_process_until_it_is_asked_to_stop(tmp_path: Path) -> None:
    """It writes its port, publishes by itself, pushes, and ends with 0 on SIGTERM."""
    port_file = tmp_path / "port"
    with listening() as (address, got):
        arguments = ["--port-file", str(port_file), "--pace-seconds", "0.01", "--manner", "2.2", "--start-with", "20"]
        arguments += ["--push-url", address, "--push-secret", SECRET]
        process = subprocess.Popen(
            [sys.executable, "-m", "asiaradar_bot.sandbox.site", *arguments],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env=os.environ,
        )
        assert process.stdout is not None
        line = process.stdout.readline()
        while len(got) < 2 and process.poll() is None:
            threading.Event().wait(0.01)
        process.send_signal(signal.SIGTERM)
        _, complaints = process.communicate(timeout=20)
    assert line == f"sample site on http://127.0.0.1:{port_file.read_text(encoding='ascii')}\n"
    assert (process.returncode, complaints) == (0, "")


def test_a_taken_port_is_one_sentence_and_exit_code_1() -> None:
    """Whoever starts it learns what to change."""
    with SampleSite(now=Clock()) as site:
        port = site.base_url.rpartition(":")[2]
        ended = subprocess.run(
            [sys.executable, "-m", "asiaradar_bot.sandbox.site", "--port", port],
            capture_output=True,
            text=True,
            check=False,
            timeout=20,
        )
    assert ended.returncode == 1
    assert ended.stderr == f"port {port} can't be had (Address already in use); choose another with --port\n"
