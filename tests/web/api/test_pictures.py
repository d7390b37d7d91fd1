"""Pictures by the API: made safe like those of the Desk, shown in the order that was asked for, kept as long as used."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from httpx2 import Response
from PIL import Image

from asiaradar_bot.adapters.news_site.picture import MAX_PICTURE_BYTES
from asiaradar_bot.bootstrap import App
from asiaradar_bot.model.access import Scope
from asiaradar_bot.model.post import PostId
from asiaradar_bot.steps.housekeep import prune
from asiaradar_bot.web.api.pictures import MAX_UPLOAD_BYTES
from tests.fakes.outside import FakeClock
from tests.web.api.program import ROOT, key, program
from tests.web.desk import desk_app


@pytest.fixture
def app(tmp_path: Path) -> Iterator[App]:
    """A dry-run bot."""
    with desk_app(tmp_path) as made:
        yield made


def image(shade: int = 0, size: tuple[int, int] = (40, 30), kind: str = "JPEG", **more: object) -> bytes:
    """A file of one colour."""
    file = io.BytesIO()
    Image.new("RGB", size, (shade, 80, 120)).save(file, kind, **more)
    return file.getvalue()


def bring(client: TestClient, content: bytes, once: dict[str, str] | None = None) -> Response:
    """Send a file as a form does; each call draws another boundary."""
    return client.post("pictures", files={"file": ("harbour.jpg", content, "image/jpeg")}, headers=once or key())


def brought(client: TestClient, shade: int) -> int:
    """The number of a new picture."""
    answer = bring(client, image(shade))
    assert answer.status_code == 201, answer.text
    return int(answer.json()["picture_id"])


def test_a_picture_is_made_safe_and_served_as_it_is_sent(app: App) -> None:
    """Turned upright, without the camera's words; the answer says what it is, and its bytes can be had."""
    exif = Image.Exif()
    exif[0x0112] = 6  # lies on its side
    exif[0x010F] = "Secret Camera"
    client = program(app)
    answer = bring(client, image(exif=exif))
    assert answer.status_code == 201
    made = answer.json()
    assert (made["media_type"], made["width_pixels"], made["height_pixels"]) == ("image/jpeg", 30, 40)
    number = made["picture_id"]
    assert client.get(f"pictures/{number}").json() == made
    content = client.get(f"pictures/{number}/content")
    assert content.headers["content-type"] == "image/jpeg"
    assert content.headers["x-content-type-options"] == "nosniff"
    assert len(content.content) == made["size_bytes"]
    assert b"Secret Camera" not in content.content
    assert bring(client, image(exif=exif)).json() == made, "the same picture is stored once"


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "no sound JPEG, PNG or WEBP"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "no sound JPEG, PNG or WEBP"),
        (image(kind="GIF"), "no sound JPEG, PNG or WEBP"),
        (image(size=(5100, 5000), kind="PNG"), "more than 25,000,000 pixels"),
        (image() + b"\0" * MAX_PICTURE_BYTES, "larger than 8,388,608 bytes"),
    ],
    ids=["empty", "svg", "gif", "pixels", "bytes"],
)
def test_what_is_no_good_picture_is_refused_in_a_sentence(app: App, content: bytes, why: str) -> None:
    """The limits of the Desk's own intake; nothing is stored, and the key is free for the mended file."""
    client = program(app)
    once = key()
    answer = bring(client, content, once)
    assert (answer.status_code, answer.headers["content-type"]) == (400, "application/problem+json")
    assert why in answer.json()["detail"]
    assert "«harbour.jpg»" in answer.json()["detail"]
    assert client.get("pictures/1").status_code == 404
    assert bring(client, image(), once).status_code == 201


def test_bodies_that_are_no_form_are_refused(app: App) -> None:
    """Too large before it is read, no file in it, broken in its middle, an address instead: problem+json each time."""
    client = program(app)
    whole = {"content-type": "multipart/form-data; boundary=x"}
    for content, headers, status in (
        (b"x" * (MAX_UPLOAD_BYTES + 1), whole, 413),
        (b"--x--\r\n", whole, 422),
        (b"--x\r\nno header\r\n\r\n", whole, 400),
        (b"--x\r\n", {"content-type": "multipart/form-data"}, 400),
        (b'{"file": "https://radar.asia/a.jpg"}', {"content-type": "application/json"}, 422),
    ):
        once = key()
        answer = client.post("pictures", content=content, headers={**headers, **once})
        assert answer.status_code == status, (content[:20], answer.text)
        assert answer.headers["content-type"] == "application/problem+json"
        assert bring(client, image(), once).status_code == 201, "a refusal leaves the key free"
    elsewhere = client.put("posts/1/pictures", content=b"x" * (1024 * 1024), headers=key())
    assert elsewhere.status_code == 413, "only the upload may be large"


def test_a_repeated_upload_is_done_once(app: App) -> None:
    """A repeat draws another boundary and is the same request; another file under the same key is refused."""
    client = program(app)
    once = key()
    first = bring(client, image(1), once)
    again = bring(client, image(1), once)
    assert first.request.headers["content-type"] != again.request.headers["content-type"]
    assert (again.status_code, again.json()) == (201, first.json())
    assert again.headers["idempotency-replayed"] == "true"
    assert bring(client, image(2), once).status_code == 422


def test_posts_show_pictures_in_their_order(app: App) -> None:
    """Written with the post, by part; then reordered, described, removed; the price follows the descriptions."""
    client = program(app)
    one, two, three = (brought(client, shade) for shade in (10, 20, 30))
    shown = [[{"picture_id": one, "alt_text": "A ferry"}, {"picture_id": two}], [{"picture_id": three}]]
    new = {"texts": ["Ferries run", "Trains too"], "draft": True, "pictures": shown}
    first, second = client.post("posts", json=new, headers=key()).json()["posts"]
    assert first["pictures"] == [{"picture_id": one, "alt_text": "A ferry"}, {"picture_id": two, "alt_text": None}]
    assert [one["picture_id"] for one in second["pictures"]] == [three]
    assert (first["parts"], first["price_usd"], second["price_usd"]) == (2, "0.020", "0.015")
    address = f"posts/{first['id']}/pictures"
    other = {
        "pictures": [{"picture_id": two, "alt_text": " A pier "}, {"picture_id": one}],
        "version": first["version"],
    }
    changed = client.put(address, json=other, headers=key()).json()
    assert changed["pictures"] == [{"picture_id": two, "alt_text": "A pier"}, {"picture_id": one, "alt_text": None}]
    assert client.put(address, json=other, headers=key()).status_code == 409, "somebody was faster"
    none = client.put(address, json={"pictures": [], "version": changed["version"]}, headers=key()).json()
    assert (none["pictures"], none["price_usd"], none["text"]) == ([], "0.015", "Ferries run")


def test_pictures_that_cannot_be_shown_are_refused(app: App) -> None:
    """Unknown ones, five, a description beyond X's limit, more lists than texts: nothing is written."""
    client = program(app)
    number = brought(client, 10)
    five = [{"picture_id": number}] * 5
    for shown, status in (
        ([[{"picture_id": 99}]], 404),
        ([five], 422),
        ([[{"picture_id": number, "alt_text": "x" * 1001}]], 422),
        ([[], [{"picture_id": number}]], 400),
        ([[{"picture_id": "https://radar.asia/a.jpg"}]], 422),
    ):
        answer = client.post("posts", json={"texts": ["Ferries"], "pictures": shown}, headers=key())
        assert answer.status_code == status, answer.text
    assert client.get("posts").json()["posts"] == []


def test_another_picture_for_an_approved_post_waits_for_a_person(app: App) -> None:
    """With `write` alone a queued post is held, as after another text; a post that is out is never touched."""
    post = app.editor(ROOT).add(["Ferries"], slot=True)[0]
    client = program(app, Scope.READ, Scope.WRITE)
    number = brought(client, 10)
    body = {"pictures": [{"picture_id": number}], "version": 1}
    answer = client.put(f"posts/{post.id}/pictures", json=body, headers=key())
    assert answer.json()["state"] == "held"
    assert "waits for somebody to approve it" in answer.json()["reason"]
    app.editor(ROOT).cancel(post.id)
    gone = client.put(f"posts/{post.id}/pictures", json={**body, "version": 3}, headers=key())
    assert gone.status_code == 409
    assert bring(program(app, Scope.READ), image()).status_code == 403


def test_pictures_that_nothing_shows_go_after_a_month(app: App) -> None:
    """One that a post shows stays; one that was brought again lately stays, too."""
    client = program(app)
    used, unused, again = (brought(client, shade) for shade in (10, 20, 30))
    (post,) = client.post(
        "posts", json={"texts": ["Ferries"], "draft": True, "pictures": [[{"picture_id": used}]]}, headers=key()
    ).json()["posts"]
    clock = FakeClock(app.clock.now())
    clock.advance(days=29)
    prune(app.store, clock)
    assert client.get(f"pictures/{unused}").status_code == 200
    with app.store.begin() as tx:
        assert tx.posts.add_picture(tx.posts.get_picture(again), source_url=None, kept_at=clock.now()) == again
    clock.advance(days=2)
    prune(app.store, clock)
    assert [client.get(f"pictures/{one}").status_code for one in (used, unused, again)] == [200, 404, 200]
    with app.store.read() as tx:
        assert tx.posts.get(PostId(post["id"])).pictures[0].picture_id == used
