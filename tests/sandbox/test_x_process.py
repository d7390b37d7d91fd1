"""The local X as a process of its own: port file, clean stop, and a state that outlives a kill."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
import requests
from requests_oauthlib import OAuth1

from asiaradar_bot.sandbox.x import Behaviour, Credentials, LocalX
from asiaradar_bot.sandbox.x.__main__ import main
from tests.sandbox.x_access import FixedClock, call, create, image_bytes, timeline, upload


def start(folder: Path) -> tuple[subprocess.Popen[str], dict[str, int]]:
    """
    A running process and its two ports.
    """
    for name in ("port", "control"):
        (folder / name).unlink(missing_ok=True)
    files = ["--port-file", str(folder / "port"), "--control-port-file", str(folder / "control")]
    command = [sys.executable, "-m", "asiaradar_bot.sandbox.x", *files, "--state", str(folder / "x.db")]
    command += ["--limit", "GET /2/users/me=7"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    deadline = time.monotonic() + 20
    while not (folder / "port").exists():
        assert process.poll() is None, "the local X ended at once"
        assert time.monotonic() < deadline, "the local X wrote no port"
        threading.Event().wait(0.01)
    return process, {name: int((folder / name).read_text(encoding="ascii")) for name in ("port", "control")}


def end(process: subprocess.Popen[str], how: signal.Signals) -> int:
    """
    The exit code after the signal.
    """
    process.send_signal(how)
    code = process.wait(timeout=10)
    assert process.stdout is not None
    process.stdout.close()
    return code


def test_the_process_survives_a_kill_with_its_posts(tmp_path: Path) -> None:
    """After kill -9 a new process on the same state file has the same posts; SIGTERM ends it with 0."""
    process, ports = start(tmp_path)
    url = f"http://127.0.0.1:{ports['control']}/sandbox"
    made = requests.post(f"{url}/posts", json={"text": "Before the kill"}, timeout=5).json()
    assert end(process, signal.SIGKILL) == -signal.SIGKILL
    process, ports = start(tmp_path)
    posts = requests.get(f"http://127.0.0.1:{ports['port']}/sandbox/posts", timeout=5).json()["posts"]
    assert [(post["id"], post["text"]) for post in posts] == [(made["id"], "Before the kill")]
    keys = Credentials()
    secrets = (keys.consumer_secret, keys.access_token, keys.access_token_secret)
    me = requests.get(
        f"http://127.0.0.1:{ports['port']}/2/users/me", auth=OAuth1(keys.consumer_key, *secrets), timeout=5
    )
    assert (me.status_code, me.headers["x-rate-limit-limit"]) == (200, "7")
    assert end(process, signal.SIGTERM) == 0


def test_state_is_whole_after_a_restart(tmp_path: Path) -> None:
    """Posts, pictures, invoice and the daily read all come back; new ids follow the old ones."""
    clock = FixedClock()
    file = tmp_path / "x.db"
    with LocalX(now=clock, state_file=file) as x:
        media_id = upload(x)
        first = create(x, "Picture https://radar.asia/1", media={"media_ids": [media_id]})
        second = create(x, "Reply", reply={"in_reply_to_tweet_id": first})
        call(x, "DELETE", f"/2/tweets/{create(x, 'Gone')}")
        timeline(x)
        before = (x.posts(deleted=True), x.invoice(), x.media(media_id))
    clock.pass_by(hours=-2)
    with LocalX(now=clock, state_file=file) as x:
        assert (x.posts(deleted=True), x.invoice(), x.media(media_id)) == before
        assert timeline(x, **{"tweet.fields": "public_metrics"})["data"][1]["public_metrics"]["reply_count"] == 1
        assert x.invoice() == before[1]
        assert int(create(x, "After the restart")) > int(second)
        restored = x.media(media_id)
    assert restored is not None
    assert restored.content == image_bytes()


def test_a_port_in_use_is_a_sentence_and_exit_code_one(capsys: pytest.CaptureFixture[str]) -> None:
    """Asking for a port that someone has ends with 1 and says what to do."""
    with LocalX() as x:
        port = x.base_url.rpartition(":")[2]
        assert main(["--port", port]) == 1
    assert f"port {port} cannot be had" in capsys.readouterr().err


@pytest.mark.parametrize("limit", ["POST /2/tweets", "POST /2/nothing=5", "POST /2/tweets=many"])
def test_a_wrong_limit_is_bad_usage(limit: str, capsys: pytest.CaptureFixture[str]) -> None:
    """A limit that names no endpoint or no number ends with 2 and lists what can be written."""
    with pytest.raises(SystemExit) as caught:
        main(["--limit", limit])
    assert caught.value.code == 2
    assert "is no limit; write one of POST /2/tweets" in capsys.readouterr().err


def test_edits_outlive_a_restart(tmp_path: Path) -> None:
    """The chain of versions is whole after a restart."""
    premium = Behaviour(premium=True)
    with LocalX(behaviour=premium, state_file=tmp_path / "x.db") as x:
        first = create(x, "v0")
        second = create(x, "v1", edit_options={"previous_post_id": first})
    with LocalX(behaviour=premium, state_file=tmp_path / "x.db") as x:
        shown = json.loads(json.dumps(timeline(x)["data"]))
    assert [(post["id"], post["edit_history_tweet_ids"]) for post in shown] == [(second, [first, second])]
