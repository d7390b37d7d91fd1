"""The commands as an operator types them: what they print, their exit codes, and never a traceback."""

from __future__ import annotations

import json
import shutil
import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from importlib.metadata import version
from pathlib import Path

import pytest

from asiaradar_bot.cli.main import main
from asiaradar_bot.cli.shared import stamp
from asiaradar_bot.settings import StorageSettings, load_settings
from asiaradar_bot.storage.store import SqlStore
from tests.factories import URL, add_article
from tests.ready import bot_ran, ready_file
from tests.sandbox.x_access import image_bytes


@pytest.fixture(autouse=True)
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A dry-run in a folder of its own, where a bot has run."""
    bot_ran(ready_file(tmp_path), at=datetime(2026, 11, 1, tzinfo=UTC))
    file = tmp_path / "asiaradar.toml"
    file.write_text(
        f'[storage]\nurl = "sqlite:///{tmp_path}/bot.db"\nfolder = "{tmp_path}"\n[x]\nmode = "dry-run"\n',
        encoding="utf-8",
    )
    monkeypatch.setenv("ASIARADAR_CONFIG", str(file))
    return file


def told(capsys: pytest.CaptureFixture[str], *arguments: str, code: int = 0) -> str:
    """What the command printed, its exit code being as expected."""
    assert main(list(arguments)) == code
    printed = capsys.readouterr()
    assert "Traceback" not in printed.err + printed.out
    return printed.out + printed.err


def test_a_post_from_draft_to_x(capsys: pytest.CaptureFixture[str]) -> None:
    """Add, edit, hold, approve, move, send, show: one post's whole life."""
    row = json.loads(told(capsys, "posts", "add", "Ferries run again", "--draft", "--json"))
    assert (row["state"], row["price_usd"]) == ("draft", "0.015")
    assert "version 2" in told(capsys, "posts", "edit", "1", "Ferries run https://radar.asia/f", "--version", "1")
    assert "version 2, not 1" in told(capsys, "posts", "edit", "1", "x", "--version", "1", code=1)
    assert "0.20 USD" in told(capsys, "posts", "approve", "1")
    assert "held" in told(capsys, "posts", "hold", "1", "--why", "wait")
    told(capsys, "posts", "approve", "1")
    told(capsys, "posts", "move", "1", "--at", "now")
    assert "Published" in told(capsys, "tick", "publish")
    assert json.loads(told(capsys, "posts", "list", "--json"))["state"] == "published"
    assert "post.published" in told(capsys, "posts", "show", "1")
    assert "0.20 USD" in told(capsys, "costs")
    assert "published post cannot become cancelled" in told(capsys, "posts", "cancel", "1", code=1)


def test_an_embargo_is_said_kept_and_released(capsys: pytest.CaptureFixture[str]) -> None:
    """Until its end nothing lets the post out; an earlier end needs a yes, and one of the two options."""
    told(capsys, "posts", "add", "Gates hold", "--at", "in 2 h")
    assert "due 2030-03-01 00:01:00 UTC" in told(capsys, "posts", "embargo", "1", "--until", "2030-03-01T00:01Z")
    refused = told(capsys, "posts", "move", "1", "--at", "in 3 h", code=1)
    assert "under embargo until 2030-03-01" in refused
    assert "(Embargo at the Desk, asiaradar posts embargo 1)" in refused
    assert "2030-03-02 09:00" in told(capsys, "posts", "move", "1", "--at", "2030-03-02T09:00Z")
    refused = told(capsys, "posts", "embargo", "1", "--release", code=1)
    assert "confirm that it may go out before that (a tick at the Desk, --yes on the command line)" in refused
    told(capsys, "posts", "embargo", "1", "--release", "--yes")
    assert "embargo released, which was to end 2030-03-01" in told(capsys, "posts", "show", "1")
    assert "say either --until TIME or --release" in told(capsys, "posts", "embargo", "1", code=1)


def test_a_text_that_speaks_of_an_embargo_is_remarked_on(capsys: pytest.CaptureFixture[str]) -> None:
    """When it is approved, and when its embargo is said or released; the release tells the new time and the reason."""
    told(capsys, "posts", "add", "EMBARGOED: gates hold", "--draft")
    remark = "remark: post 1: the text speaks of an embargo («embargoed»)"
    assert remark in told(capsys, "posts", "embargo", "1", "--until", "2030-03-01T00:01Z")
    released = told(capsys, "posts", "embargo", "1", "--release", "--yes")
    assert remark in released
    assert "due 2030" not in released
    assert remark in told(capsys, "posts", "approve", "1")


def test_a_link_to_an_article_under_embargo_is_kept_back(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The command says so, the post is due at the end and not earlier; a second one is told of the first."""
    store = SqlStore(f"sqlite:///{tmp_path}/bot.db", account="AsiaRadar", backups=tmp_path / "backups")
    with closing(store):
        add_article(store, not_before_at=datetime(2030, 3, 1, 0, 1, tzinfo=UTC))
    said = told(capsys, "posts", "add", f"Look: {URL}", "--at", "now")
    assert "post 1 is queued, due 2030-03-01 00:01:00 UTC" in said
    assert f"remark: {URL} leads to an article under embargo until 2030-03-01" in said
    assert "under embargo until 2030-03-01" in told(capsys, "posts", "move", "1", "--at", "now", code=1)
    assert f"remark: {URL} stands in post 1 too" in told(capsys, "posts", "add", f"Once more: {URL}")
    file = tmp_path / "posts.csv"
    file.write_text(f"text,when\nIn a file {URL},now\n", encoding="utf-8")
    assert f"  remark: {URL} leads to an article under embargo" in told(capsys, "posts", "import", str(file))


def test_the_version_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    """Without settings, a database or a command."""
    assert told(capsys, "--version").strip() == f"asiaradar_bot {version('asiaradar_bot')}"


@pytest.mark.parametrize(
    ("zone", "said"),
    [
        ("UTC", "2026-11-24 17:30:00 UTC"),
        ("Asia/Singapore", "2026-11-24 17:30:00 UTC (2026-11-25 01:30 Singapore)"),
        ("America/New_York", "2026-11-24 17:30:00 UTC (12:30 New York)"),
    ],
)
def test_times_stand_in_the_newsrooms_zone_too(zone: str, said: str) -> None:
    """With the day where it is another one; nothing is said twice where the newsroom keeps UTC."""
    assert stamp(datetime(2026, 11, 24, 17, 30, tzinfo=UTC), zone) == said


def test_commands_tell_both_zones_and_programs_get_one(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, settings: Path
) -> None:
    """A post's time stands in UTC and for the newsroom in lists, and as one stamp in JSON."""
    policy = tmp_path / "policy.toml"
    policy.write_text('[wording]\nzone = "Asia/Singapore"\n', encoding="utf-8")
    settings.write_text(settings.read_text(encoding="utf-8") + f'[templates]\npolicy = "{policy}"\n', encoding="utf-8")
    added = told(capsys, "posts", "add", "Ferries run", "--at", "2026-12-24T09:00Z")
    assert "2026-12-24 09:00:00 UTC (17:00 Singapore)" in added
    for command in (("posts", "list"), ("posts", "show", "1")):
        assert "2026-12-24 09:00:00 UTC (17:00 Singapore)" in told(capsys, *command)
    assert json.loads(told(capsys, "posts", "list", "--json"))["due_at"] == "2026-12-24T09:00:00Z"


def test_a_thread_and_a_slot(capsys: pytest.CaptureFixture[str]) -> None:
    """Several texts make a thread, which is held and cancelled as one; each part has its line."""
    rows = told(capsys, "posts", "add", "Part one", "Part two", "--slot", "--json").splitlines()
    assert [json.loads(row)["part"] for row in rows] == [1, 2]
    held = told(capsys, "posts", "hold", "2")
    assert "post 1 (part 1 of 2) is held" in held
    assert "post 2 (part 2 of 2) is held" in held
    told(capsys, "posts", "cancel", "1")
    assert told(capsys, "posts", "list", "--state", "cancelled").count("cancelled") >= 2


def test_pictures_with_their_words(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """Each picture has its own description, whose price is in the post's; what cannot be used is one sentence."""
    files = [tmp_path / f"{number}.bin" for number in range(5)]
    for number, file in enumerate(files):
        file.write_bytes(image_bytes("PNG", (40 + number, 30)))
    two = ["--image", str(files[0]), "--alt", "A harbour", "--image", str(files[1]), "--alt", "A crane"]
    row = json.loads(told(capsys, "posts", "add", "The port", *two, "--draft", "--json"))
    assert row["price_usd"] == "0.025"
    shown = told(capsys, "posts", "show", "1")
    assert "picture 1: A harbour\npicture 2: A crane" in shown
    bare = told(capsys, "posts", "add", "The port at night", "--image", str(files[2]), "--draft")
    assert "remark: picture 1 has no description" in bare
    assert "picture 1: no description" in told(capsys, "posts", "show", "2")
    five = [word for file in files for word in ("--image", str(file))]
    assert "5 pictures are more than the 4" in told(capsys, "posts", "add", "The port", *five, code=1)
    assert "2 descriptions for 0 pictures" in told(capsys, "posts", "add", "x", "--alt", "a", "--alt", "b", code=1)
    assert "cannot be read" in told(capsys, "posts", "add", "x", "--image", str(tmp_path / "none.png"), code=1)
    files[0].write_bytes(b"<svg onload=alert(1)>")
    assert "no sound JPEG" in told(capsys, "posts", "add", "x", "--image", str(files[0]), code=1)


def test_posts_from_a_file_and_back(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """A dry run writes nothing; wrong lines are named and end in 1; the export is CSV that is known again."""
    file = tmp_path / "posts.csv"
    file.write_text("text,when\nFerries,in 2 h\nSee README.md,now\n", encoding="utf-8")
    tried = told(capsys, "posts", "import", str(file), "--dry-run", code=1)
    assert "line 2: new" in tried
    assert "line 3: wrong" in tried
    assert told(capsys, "posts", "list").startswith("no posts\n")
    assert "line 2: new post 1" in told(capsys, "posts", "import", str(file), code=1)
    assert "line 2: known post 1" in told(capsys, "posts", "import", str(file), code=1)
    file.write_text(told(capsys, "posts", "export", "--state", "queued"), encoding="utf-8")
    assert "line 2: known post 1" in told(capsys, "posts", "import", str(file))
    assert "cannot be read" in told(capsys, "posts", "import", str(tmp_path / "none.csv"), code=1)


def test_the_kill_switch(capsys: pytest.CaptureFixture[str]) -> None:
    """Stop keeps a due post back; resume holds it for another look, or lets it go where that is asked for."""
    told(capsys, "posts", "add", "Ferries")
    told(capsys, "stop", "testing")
    assert "stopped: testing" in told(capsys, "tick", "publish")
    assert "waits: stopped: testing" in told(capsys, "posts", "list")
    assert "waits: stopped: testing" in told(capsys, "posts", "show", "1")
    said = told(capsys, "resume")
    assert "0 queued, 1 held" in said
    assert "1 post came due meanwhile and is held: approve it if it is still right" in said
    told(capsys, "posts", "approve", "1")
    told(capsys, "stop", "testing")
    assert "1 queued, 0 held" in told(capsys, "resume", "--send-backlog")
    assert "Published" in told(capsys, "tick", "publish")


def test_the_doctor_knows_what_lets_sending_go_on(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """The switch is let go by a command, the file only by hand; safe mode stands there, too."""
    told(capsys, "stop", "testing")
    assert "BAD  kill switch: stopped: testing (cli:" in (said := told(capsys, "doctor", code=1))
    assert "`asiaradar resume`" in said
    told(capsys, "resume")
    (tmp_path / "STOP").write_text("the wedding\n", encoding="utf-8")
    said = told(capsys, "doctor", code=1)
    assert f"stopped by {tmp_path}/STOP: the wedding: remove the file" in said
    told(capsys, "db", "backup")
    (backup,) = (tmp_path / "backups").glob("*.db")
    told(capsys, "db", "restore", str(backup), "--yes")
    assert "BAD  sending: safe mode: restored from" in told(capsys, "doctor", code=1)


def test_the_doctor_says_whether_a_bot_runs(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """One that was killed left its last sign of life behind."""
    told(capsys, "posts", "add", "Before", "--draft")
    store = SqlStore(f"sqlite:///{tmp_path}/bot.db", account="AsiaRadar", backups=tmp_path)
    for seconds, words in ((5, "ok   bot: it runs"), (60, "ok   bot: none runs on this database now, the last sign")):
        with store.begin() as tx:
            tx.account.set_mark("heartbeat", (datetime.now(UTC) - timedelta(seconds=seconds)).isoformat())
        assert words in told(capsys, "doctor", code=1)
    store.close()


def test_a_restore_under_a_running_bot_is_refused(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """It would go on with the file that was replaced; a sign of life that is a minute old is no such bot."""
    told(capsys, "posts", "add", "Before", "--draft")
    told(capsys, "db", "backup")
    (backup,) = (tmp_path / "backups").glob("*.db")
    store = SqlStore(f"sqlite:///{tmp_path}/bot.db", account="AsiaRadar", backups=tmp_path)
    for seconds, code, words in ((5, 1, "a bot works on"), (-15, 1, "a bot works on"), (60, 0, "restored")):
        with store.begin() as tx:
            tx.account.set_mark("heartbeat", (datetime.now(UTC) - timedelta(seconds=seconds)).isoformat())
        assert words in told(capsys, "db", "restore", str(backup), "--yes", code=code)
    store.close()


def _other_database(backup: Path, file: Path, change: str) -> None:
    shutil.copy(backup, file)
    with closing(sqlite3.connect(file)) as there, there:
        there.executescript(change)


@pytest.mark.parametrize(
    ("change", "code", "words"),
    [
        ("DROP TABLE marks", 1, "is no backup of this program; nothing was replaced"),
        ("UPDATE marks SET value = 'elsewhere' WHERE key = 'environment'", 2, "belongs to environment = elsewhere"),
        ("UPDATE alembic_version SET version_num = '9999'", 1, "is of a newer program"),
    ],
)
def test_a_file_that_is_no_backup_of_ours_replaces_nothing(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, change: str, code: int, words: str
) -> None:
    """The database stays as it was, and so does the sending of it."""
    told(capsys, "posts", "add", "Still here", "--draft")
    told(capsys, "db", "backup")
    (backup,) = (tmp_path / "backups").glob("*.db")
    _other_database(backup, tmp_path / "other.db", change)
    before = (tmp_path / "bot.db").read_bytes()
    assert words in told(capsys, "db", "restore", str(tmp_path / "other.db"), "--yes", code=code)
    assert "README.md is no backup of this program" in told(capsys, "db", "restore", "README.md", code=1)
    assert (tmp_path / "bot.db").read_bytes() == before
    assert sorted(file.name for file in tmp_path.glob("bot.db*")) == ["bot.db"]


def test_a_restore_keeps_the_stop_and_the_old_file(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """What was stopped stays so; what was replaced lies beside it and can be put back."""
    told(capsys, "posts", "add", "Before", "--draft")
    told(capsys, "db", "backup")
    told(capsys, "posts", "add", "After", "--draft")
    told(capsys, "stop", "hacked")
    (backup,) = (tmp_path / "backups").glob("*.db")
    said = told(capsys, "db", "restore", str(backup), "--yes")
    (kept,) = tmp_path.glob("bot.db.replaced-*Z")
    assert f"{kept} is what was there before" in said
    assert "stopped: hacked" in told(capsys, "tick", "publish")
    told(capsys, "db", "restore", str(kept), "--yes")
    assert "After" in told(capsys, "posts", "list")


def test_a_restore_is_confirmed_and_a_second_one_keeps_what_the_first_kept(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """Without --yes it says how many posts each has; twice the wrong backup does not take the real work away."""
    told(capsys, "posts", "add", "Before", "--draft")
    told(capsys, "db", "backup")
    told(capsys, "posts", "add", "Real work", "--draft")
    (backup,) = (tmp_path / "backups").glob("*.db")
    asked = told(capsys, "db", "restore", str(backup), code=1)
    assert "is there and has 2 posts (the newest of 20" in asked
    assert f"{backup} has 1 post (" in asked
    assert "Real work" in told(capsys, "posts", "list")
    for _ in range(2):
        told(capsys, "db", "restore", str(backup), "--yes")
    assert "Real work" not in told(capsys, "posts", "list")
    kept = [file for file in tmp_path.glob("bot.db.replaced-*") if not file.name.endswith(("-wal", "-shm"))]
    assert len(kept) == 2
    texts = []
    for file in kept:
        with closing(sqlite3.connect(file)) as there:
            texts += [text for (text,) in there.execute("SELECT text FROM posts")]
    assert sorted(texts) == ["Before", "Before", "Real work"]


def test_a_restore_through_a_link_restores_what_it_leads_to(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """The link stays one, so that a bot whose settings name the file itself works on the same database."""
    told(capsys, "posts", "add", "Before", "--draft")
    told(capsys, "db", "backup")
    told(capsys, "posts", "add", "After", "--draft")
    (backup,) = (tmp_path / "backups").glob("*.db")
    link = tmp_path / "elsewhere" / "link.db"
    link.parent.mkdir()
    link.symlink_to(tmp_path / "bot.db")
    monkeypatch.setenv("ASIARADAR_STORAGE__URL", f"sqlite:///{link}")
    assert f"to {tmp_path / 'bot.db'};" in told(capsys, "db", "restore", str(backup), "--yes")
    assert link.is_symlink()
    assert [file.name for file in link.parent.iterdir()] == ["link.db"]
    monkeypatch.setenv("ASIARADAR_STORAGE__URL", f"sqlite:///{tmp_path}/bot.db")
    assert "After" not in told(capsys, "posts", "list")


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["posts", "show", "99"], 1, "there is no post 99"),
        (["posts", "add", "See README.md"], 1, "README.md"),
        (["posts", "add", "x" * 281], 1, "1 over the limit"),
        (["posts", "add", "https://evil.com/x"], 1, "not an allowed domain"),
        (["posts", "add", "Hi", "--at", "someday"], 1, "is no time"),
        (["posts", "add", "Hi", "--at", "2026-11-24"], 1, "no time of day"),
        (["posts", "settle", "1"], 1, "either --published"),
        (["articles", "why", "https://radar.asia/none"], 1, "no source ever showed"),
        (["articles", "why", "javascript:x"], 1, "asiaradar:"),
        (["tick", "dance"], 2, "there is no step dance"),
        (["preview", "--page", "/none", "--url", "https://radar.asia/x"], 1, "there is no file"),
        (["source", "read", "/none"], 1, "there is no file"),
        (["dance"], 2, "dance"),
        (["posts", "show", "x"], 2, "write a whole number"),
        (["users", "add", "mei", "--role", "king"], 2, "'king' is not one of"),
        (["report", "--html", "/none/report.html"], 1, "make the folder first"),
    ],
)
def test_bad_input_gets_one_sentence(
    capsys: pytest.CaptureFixture[str], arguments: list[str], code: int, words: str
) -> None:
    """The right exit code and a sentence that names the trouble."""
    assert words in told(capsys, *arguments, code=code)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[x]\nmood = 'live'\n", "no setting x.mood, but there is x.mode"),
        ("[publishing]\nper_hour = 'many'\n", "publishing.per_hour: write a whole number"),
        ("[x\n", "not valid TOML: Expected ']' at the end of a table declaration (at line 1"),
        ("[x]\nmode = live\n", "the value is none: a text stands in double quotes, a list in [ ] (at line 2"),
        ('[x]\nmode = "live\n', "a text in quotes does not end on its line (at line 2"),
        ("[x]\nmode: 'live'\n", "write the name, then =, then the value (at line 2"),
        ("[a]\nmode = 1\n[x]\nmode = 'live'\nmode = 'live'\n", "mode stands there twice, in line 4 and in line 5"),
        ("# money\nbudget = 'lots'\n\n[budget]\nmonth_usd = 3\n", "budget stands there twice, in line 2 and in line 4"),
        ("[x]\n'mode' = 'live'\n\"mode\" = 'live'\n", "this name stands there twice (at line 3"),
        ("[x]\n[x]\n", "the section 'x' stands there twice: put its lines together (at line 2"),
        ("[x]]\n", "something is left over at the end of the line (at line 1"),
        ("[budget]\nmonth_usd = 'lots'\n", "budget.month_usd: write a number, such as 25 or 0.5"),
        ("[digest]\ndaily_at = 'dawn'\n", "digest.daily_at: write a time of day, such as 08:30"),
        ("[storage]\nfolder = 7\n", "storage.folder: write a path"),
        ("[runner]\nengine = 'procrastinate'\n", "needs PostgreSQL"),
        ("[[sources]]\nname='a'\nurl='https://radar.asia/'\nzone='Mars'\n", "no time zone"),
        (
            "[[sources]]\nname='a'\nurl='radar.asia/rss'\n",
            "sources.0.url: «radar.asia/rss» is not a web address; write it as",
        ),
        ("[[sources]]\nname='a'\nurl='file:///etc/passwd'\n", "only https:// (and http:// nearby) is read"),
        ("[[sources]]\nname=''\nurl='https://radar.asia/'\n", "sources.0.name: it must not be empty"),
        ("sources = []\n", "sources: write at least one (in "),
        ("[storage]\nurl = 'mysql://x'\n", "takes sqlite"),
    ],
)
def test_bad_settings_get_one_sentence(
    capsys: pytest.CaptureFixture[str], settings: Path, text: str, words: str
) -> None:
    """Exit code 2 and a sentence that names the key."""
    settings.write_text(text, encoding="utf-8")
    assert words in told(capsys, "posts", "list", code=2)


def test_a_wrong_source_is_told_once(capsys: pytest.CaptureFixture[str], settings: Path) -> None:
    """That the list of sources would be empty without it is nobody's concern."""
    settings.write_text("[[sources]]\nname = 'a'\nurl = 'https://radar.asia/'\nkind = 'tweets'\n", encoding="utf-8")
    said = told(capsys, "posts", "list", code=2)
    assert said == f"asiaradar: settings: sources.0.kind: write 'feed', 'listing' or 'sitemap' (in {settings})\n"


def test_a_wrong_value_is_found_where_it_stands(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path, settings: Path
) -> None:
    """In the file, a secret file or a variable, of which the last one counts; that one place is named."""
    settings.write_text("[budget]\nmonth_usd = 'lots'\n[[sources]]\nname = 'a'\n", encoding="utf-8")
    wrong = "budget.month_usd: write a number, such as 25 or 0.5"
    missing = f"sources.0.url: it is missing (in {settings})"
    said = told(capsys, "posts", "list", code=2)
    assert f"{wrong} (in {settings})" in said
    assert missing in said
    assert "secret" not in said
    (tmp_path / "asiaradar_budget__month_usd").write_text("lots", encoding="utf-8")
    monkeypatch.setenv("ASIARADAR_SECRETS", str(tmp_path))
    assert f"{wrong} (in the secret file" in told(capsys, "posts", "list", code=2)
    monkeypatch.setenv("ASIARADAR_BUDGET__MONTH_USD", "")
    said = told(capsys, "posts", "list", code=2)
    assert "or 0.5 (in the variable ASIARADAR_BUDGET__MONTH_USD)" in said
    assert f"{tmp_path}/asiaradar_budget" not in said


@pytest.mark.parametrize(("handle", "code"), [("@AsiaRadar", 0), (" AsiaRadar", 0), ("x.com/AsiaRadar", 2), ("", 2)])
def test_an_account_is_named_with_or_without_its_at(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, handle: str, code: int
) -> None:
    """It is the same account and the same database; what can be no name is refused with an example."""
    monkeypatch.setenv("ASIARADAR_X__HANDLE", handle)
    said = told(capsys, "posts", "list", code=code)
    assert load_settings().x.handle == "AsiaRadar" if code == 0 else "such as AsiaRadar: letters" in said


def test_a_database_of_another_mode_is_refused(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A dry-run's database never meets another mode."""
    told(capsys, "posts", "list")
    monkeypatch.setenv("ASIARADAR_X__MODE", "sandbox")
    assert "belongs to x.mode = dry-run" in told(capsys, "posts", "list", code=2)


def test_backup_and_restore(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """A restored database holds what the backup held, and starts in safe mode."""
    told(capsys, "posts", "add", "Before", "--draft")
    told(capsys, "db", "backup")
    told(capsys, "posts", "add", "After", "--draft")
    (backup,) = (tmp_path / "backups").glob("*.db")
    told(capsys, "db", "restore", str(backup), "--yes")
    assert "After" not in told(capsys, "posts", "list")
    assert "safe mode" in told(capsys, "tick", "publish")
    assert "sound" in told(capsys, "db", "verify")
    (tmp_path / "bot.db").write_bytes(b"not a database, but long enough to be taken for one" * 100)
    assert "damaged" in told(capsys, "posts", "list", code=1)


def test_preview_shows_text_price_and_decision(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """The sample article's page gets its post, price and reason."""
    page = tmp_path / "page.html"
    page.write_text(
        "<html lang=en><head><meta property='og:type' content='article'><meta property='og:title' content='Ferries run'>"
        "<meta property='og:description' content='They run again.'></head><body><h1>Ferries run</h1></body></html>",
        encoding="utf-8",
    )
    found = json.loads(told(capsys, "preview", "--page", str(page), "--url", "https://radar.asia/f", "--json"))
    assert found["text"].startswith("Ferries run\n\nThey run again.\n\nhttps://radar.asia/f?")
    assert (found["price_usd"], found["decision"], len(found["links"])) == ("0.200", "auto", 1)


@pytest.mark.parametrize(
    "command",
    [
        ("posts", "list"),
        ("posts", "list", "--state", "held"),
        ("posts", "export"),
        ("posts", "show", "3"),
        ("articles", "list"),
        ("articles", "why", "https://radar.asia/x"),
        ("costs",),
        ("report",),
        ("export", "posts"),
        ("replay", "--since", "2026-11-01"),
    ],
)
def test_an_empty_answer_says_where_it_looked(
    capsys: pytest.CaptureFixture[str], settings: Path, command: tuple[str, ...]
) -> None:
    """On standard error: the database by its whole path, and how to look in another."""
    main(list(command))
    said = capsys.readouterr().err.splitlines()[0]
    assert said == (
        f"asiaradar: looked in the database {settings.parent}/bot.db (settings of {settings}); "
        "ASIARADAR_CONFIG=FILE chooses another"
    )


@pytest.mark.parametrize(
    "command", [("posts", "list"), ("articles", "list"), ("costs",), ("report",), ("replay", "--since", "2026-11-01")]
)
def test_programs_and_full_answers_are_spared_the_place(
    capsys: pytest.CaptureFixture[str], command: tuple[str, ...]
) -> None:
    """Not with --json, and not where something is on record."""
    assert main([*command, "--json"]) == 0
    assert capsys.readouterr().err == ""
    told(capsys, "posts", "add", "Ferries run")
    main(["posts", "list"])
    main(["posts", "show", "9"])
    assert "looked in" not in capsys.readouterr().err


@pytest.mark.parametrize(
    ("url", "place"),
    [
        ("sqlite:////srv/bot/asiaradar.db", "/srv/bot/asiaradar.db"),
        ("postgresql+psycopg://bot:secret@db.example:5432/news?sslmode=require", "db.example/news"),
        ("postgresql+psycopg:///news", "this machine/news"),
    ],
)
def test_the_place_of_a_database_names_no_password(url: str, place: str) -> None:
    """The file's whole path, or server and name."""
    assert StorageSettings(url=url).place == place


def test_what_will_not_go_now_says_so_at_once(capsys: pytest.CaptureFixture[str]) -> None:
    """A post added, moved or approved while sending is stopped; resumed, one is held in the singular."""
    told(capsys, "stop", "a look")
    assert "\nwaits: stopped: a look" in told(capsys, "posts", "add", "Ferries run", "--at", "now")
    assert "waits: " not in told(capsys, "posts", "add", "Later", "--at", "in 2 h")
    assert "waits: stopped" in told(capsys, "posts", "move", "2", "--at", "now")
    told(capsys, "posts", "move", "2", "--at", "in 2 h")
    assert "1 post came due meanwhile and is held: approve it if it is still right" in told(capsys, "resume")
    told(capsys, "stop", "another look")
    assert "waits: stopped: another look" in told(capsys, "posts", "approve", "1")
    told(capsys, "posts", "add", "One more")
    assert "2 posts came due meanwhile and are held: approve each that is still right" in told(capsys, "resume")


def test_costs_as_page_and_as_rows(capsys: pytest.CaptureFixture[str]) -> None:
    """The month's page names class, dearest post and forecast; the rows end with the total."""
    told(capsys, "posts", "add", "Ferries run https://radar.asia/f")
    told(capsys, "tick", "publish")
    page = told(capsys, "costs", "--usage")
    assert "1 post  " in page
    assert "0.20 USD, 0.20 each" in page
    assert "dearest" not in page
    assert "Ferries run" in page
    assert "forecast: none" in page
    assert page.startswith(f"{datetime.now(UTC):%B %Y} (UTC) so far")
    before = told(capsys, "costs", "--month", "2020-02")
    assert before.startswith("February 2020 (UTC)\n")
    assert "forecast" not in before
    assert "«last» is no month: write it as 2026-11" in told(capsys, "costs", "--month", "last", code=1)
    assert "is still to come" in told(capsys, "costs", "--month", "2999-01", code=1)
    rows = [json.loads(row) for row in told(capsys, "costs", "--json").splitlines()]
    assert [row["what"] for row in rows] == ["post_with_link", "class", "one post", "total"]
    assert float(rows[-1]["amount_usd"]) == 0.2
    assert rows[-1]["month"] == f"{datetime.now(UTC):%Y-%m}"


def test_costs_say_that_there_are_more_posts(capsys: pytest.CaptureFixture[str]) -> None:
    """The dearest are shown, with how many there are and where all stand; rows of kinds and of posts differ in `what`."""
    for number in range(6):
        told(capsys, "posts", "add", f"Short news {number}")
    told(capsys, "tick", "publish")
    page = told(capsys, "costs")
    assert "the 5 dearest of 6 posts; `asiaradar export costs` has all" in page
    assert "0.015 USD  Short news" in page
    kinds = [json.loads(row)["what"] for row in told(capsys, "costs", "--json").splitlines()]
    assert (kinds.count("post"), kinds.count("one post")) == (1, 5)


@pytest.mark.parametrize(
    ("variable", "right"),
    [
        ("ASIARADAR_X_MODE", "it is ASIARADAR_X__MODE"),
        ("ASIARADAR_STORAGE_URL", "it is ASIARADAR_STORAGE__URL"),
        ("ASIARADAR_PUBLISH__PER_HOUR", "it is ASIARADAR_PUBLISHING__PER_HOUR"),
        ("ASIARADAR_QQQ__ZZZ", "unset it"),
    ],
)
def test_a_variable_that_counts_for_nothing_is_refused(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, variable: str, right: str
) -> None:
    """A mode or database that somebody believes to have set: the sentence gives the right name."""
    monkeypatch.setenv(variable, "1")
    assert main(["posts", "list"]) == 2
    assert capsys.readouterr().err == f"asiaradar: settings: the variable {variable} names no setting: {right}\n"


def test_a_folder_is_no_settings_file(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """One sentence says so."""
    monkeypatch.setenv("ASIARADAR_CONFIG", str(tmp_path))
    assert main(["posts", "list"]) == 2
    assert "is a folder: name the file in it" in capsys.readouterr().err


def test_the_doctor_says_what_money_and_alarms_are_left_to(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither a budget nor addresses is no fault, and is said."""
    said = told(capsys, "doctor", code=1)
    assert "ok   budget: there is none: no sum stops sending: set budget.month_usd" in said
    assert "ok   alerts: they stand at the Desk and in the log only: set alerts.urls" in said
    monkeypatch.setenv("ASIARADAR_BUDGET__MONTH_USD", "12.5")
    monkeypatch.setenv("ASIARADAR_ALERTS__URLS", '["json://127.0.0.1/"]')
    said = told(capsys, "doctor", code=1)
    assert "ok   budget: 12.50 USD a month, then sending stops" in said
    assert "ok   alerts: people are told elsewhere too" in said


def test_the_doctor_says_that_nobody_is_trusted_to_speak_tls(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """An address with TLS wants a proxy that is believed; without TLS, or with that, nothing is said."""
    monkeypatch.setenv("ASIARADAR_WEB__PUBLIC_URL", "https://desk.radar.asia")
    said = told(capsys, "doctor", code=1)
    assert "BAD  public address: web.public_url is https, but no proxy is trusted" in said
    assert "set web.trusted_proxies to the address of the proxy that speaks TLS" in said
    monkeypatch.setenv("ASIARADAR_WEB__TRUSTED_PROXIES", '["127.0.0.1"]')
    assert "public address" not in told(capsys, "doctor", code=1)


def test_the_doctor_says_which_rules_count(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Those that are built in, without sensitive words; a file that is named is there, or nothing runs."""
    shutil.copytree("templates", tmp_path / "templates")
    monkeypatch.chdir(tmp_path)
    built_in = "there is no file config/policy.toml, so those count that are built in, and no words are sensitive"
    assert f"ok   rules: {built_in}" in told(capsys, "doctor", code=1)
    file = tmp_path / "rules.toml"
    monkeypatch.setenv("ASIARADAR_TEMPLATES__POLICY", str(file))
    missing = f"the file of rules {file} that templates.policy names does not exist: put it there, or mend"
    assert f"BAD  rules: {missing}" in told(capsys, "doctor", code=1)
    assert f"asiaradar: {missing}" in told(capsys, "run", "--no-web", code=2)
    file.write_text("default_verdict = 'hold'\n", encoding="utf-8")
    assert "BAD  rules:" not in (said := told(capsys, "doctor", code=1))
    assert "ok   rules: as in the files" in said


def test_a_saved_policy_needs_no_file(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """A version that counts stands in the database; whether the named file is there makes no difference then."""
    file = tmp_path / "rules.toml"
    file.write_text("default_verdict = 'hold'\n", encoding="utf-8")
    monkeypatch.setenv("ASIARADAR_TEMPLATES__POLICY", str(file))
    told(capsys, "rules", "save", "policy", str(file), "--note", "as agreed")
    file.unlink()
    assert "ok   rules: policy is version 1 by" in told(capsys, "doctor", code=1)


def test_a_template_that_only_the_policy_knows_is_a_fault_and_stops_nothing(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """The doctor says so, `run` warns and runs, and such a policy is not saved."""
    file = tmp_path / "rules.toml"
    file.write_text(
        'default_template = "gone"\n[[rules]]\nname = "r"\nverdict = "auto"\ntemplate = "lost"\n'
        '[[templates]]\ntemplate = "cjkk"\nlanguages = ["zh"]\n',
        encoding="utf-8",
    )
    monkeypatch.setenv("ASIARADAR_TEMPLATES__POLICY", str(file))
    said = told(capsys, "doctor", code=1)
    for name in ("gone", "lost", "cjkk"):
        assert f"BAD  template {name}: the policy names it, and it is not there" in said
    monkeypatch.setattr("asiaradar_bot.runner.service.serve", lambda *_, **__: 0)
    assert said_of_log(told(capsys, "run")) == ["gone", "cjkk", "lost"]
    assert "there is no template gone" in told(capsys, "rules", "save", "policy", str(file), "--note", "n", code=2)


def said_of_log(printed: str) -> list[str]:
    """The templates that the log misses."""
    lines = [json.loads(line) for line in printed.splitlines() if "no such template" in line]
    return [line["template"] for line in lines]


def test_which_settings_count(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path, settings: Path
) -> None:
    """The doctor and the first line of `run` name the file, or say that there is none."""
    assert f"environment production; settings of {settings}\n" in told(capsys, "doctor", code=1)
    monkeypatch.delenv("ASIARADAR_CONFIG")
    monkeypatch.chdir(tmp_path)
    said = told(capsys, "doctor", code=1)
    assert "production; built-in settings, as there is no file config/asiaradar.toml here and ASIARADAR_CONFIG" in said


def test_secrets_that_others_can_reach_are_remarked_on(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path, settings: Path
) -> None:
    """In the settings file; in a file that everybody may read or write; in a folder that everybody may write."""
    settings.write_text(settings.read_text(encoding="utf-8") + 'consumer_key = "k"\n', encoding="utf-8")
    folder = tmp_path / "secrets"
    folder.mkdir(mode=0o700)
    for name, mode in (("consumer_secret", 0o644), ("access_token", 0o666), ("access_token_secret", 0o600)):
        file = folder / f"asiaradar_x__{name}"
        file.write_text("s", encoding="utf-8")
        file.chmod(mode)
    monkeypatch.setenv("ASIARADAR_SECRETS", str(folder))
    said = told(capsys, "doctor", code=1)
    assert "ok   secrets: in the settings file stand x.consumer_key: put them into secret files" in said
    assert (
        f"ok   secrets: everybody here may read {folder}/asiaradar_x__consumer_secret: take that from them by chmod o-rwx"
        in said
    )
    assert (
        f"BAD  secrets: everybody here may write {folder}/asiaradar_x__access_token: take that from them by chmod o-rwx"
        in said
    )
    assert "access_token_secret" not in said
    assert f"may write {folder}:" not in said
    folder.chmod(0o777)
    assert f"BAD  secrets: everybody here may write {folder}: take that from them by chmod o-rwx" in told(
        capsys, "doctor", code=1
    )


def test_the_doctor_says_what_is_wrong_and_how_to_mend_it(capsys: pytest.CaptureFixture[str]) -> None:
    """Each check has its line; a switch that is on is a fault, with the way to switch it off, and the exit code is 1."""
    told(capsys, "stop", "a look")
    lines = told(capsys, "doctor", code=1).splitlines()
    assert any(line.startswith("ok   database: SQLite") for line in lines)
    assert any(line.startswith("ok   X: dry-run") for line in lines)
    assert any(line.startswith("BAD  kill switch: stopped: a look") and "asiaradar resume" in line for line in lines)


def test_tokens_for_programs(capsys: pytest.CaptureFixture[str]) -> None:
    """Made with its secret shown once, listed without it, revoked; a wrong scope or name is one sentence."""
    made = told(capsys, "tokens", "add", "cms", "--scope", "read", "--scope", "write", "--days", "30")
    secret = made.split("Bearer ")[1].strip()
    listed = told(capsys, "tokens", "list")
    assert "read write" in listed
    assert "never used" in listed
    assert secret not in listed
    assert json.loads(told(capsys, "tokens", "list", "--json"))["hint"] == secret[-4:]
    assert "already" in told(capsys, "tokens", "add", "CMS", "--scope", "read", code=1)
    assert "scope" in told(capsys, "tokens", "add", "other", "--scope", "everything", code=2)
    assert "1 to 3660 days" in told(capsys, "tokens", "add", "other", "--scope", "read", "--days", "0", code=1)
    assert "revoked" in told(capsys, "tokens", "revoke", "cms")
    assert "no token" in told(capsys, "tokens", "revoke", "cms", code=1)


def test_webhooks_for_programs(capsys: pytest.CaptureFixture[str]) -> None:
    """Added with its secret shown once, listed with how it does, started and removed."""
    made = told(capsys, "webhooks", "add", "https://cms.example/hook", "--event", "post.*")
    assert "whsec_" in made
    assert "post.*  well" in told(capsys, "webhooks", "list")
    assert json.loads(told(capsys, "webhooks", "list", "--json"))["url"] == "https://cms.example/hook"
    assert "tried again" in told(capsys, "webhooks", "start", "1")
    assert "removed" in told(capsys, "webhooks", "remove", "1")
    assert "no webhook 1" in told(capsys, "webhooks", "start", "1", code=1)


def test_a_lost_phone_and_a_stolen_laptop(capsys: pytest.CaptureFixture[str]) -> None:
    """Second factors are taken away and sessions ended by command; a name that nobody has is said so."""
    told(capsys, "users", "add", "mei", "--role", "admin")
    assert "password alone" in told(capsys, "users", "reset-second", "mei")
    assert "signed out everywhere" in told(capsys, "users", "sign-out", "MEI")
    assert "there is no user kim" in told(capsys, "users", "reset-second", "kim", code=1)
    row = json.loads(told(capsys, "users", "list", "--json"))
    assert row == {"name": "mei", "role": "admin", "has_password": False, "has_second_factor": False}


def test_an_article_is_found_by_the_address_of_the_stand_in(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The demo prints addresses of its sample site; on record stands the site's own."""
    monkeypatch.setenv("ASIARADAR_FETCH__STAND_IN", "http://127.0.0.1:9")
    said = told(capsys, "articles", "why", "http://127.0.0.1:9/ferries", code=1)
    assert "no source ever showed https://radar.asia/ferries" in said


def test_a_choice_about_a_post_says_what_will_happen(capsys: pytest.CaptureFixture[str]) -> None:
    """What is done with it and when, the price of the text as it is sent, and the reason that was given."""
    told(capsys, "posts", "add", "Ferries run again")
    told(capsys, "tick", "publish")
    said = told(capsys, "posts", "correct", "1", "--delete-and-repost", "--text", "Ferries rest", "--why", "a mistake")
    assert said.startswith("post 1, correction 1: decided: X is asked at the next sweep; reason: a mistake\n")
    assert "\n--delete-and-repost: " in said
    assert said.count(" USD)") == 1
    told(capsys, "posts", "correct", "1", "--take-back")
    assert "reason: it is right\n--dismiss: " in told(
        capsys, "posts", "correct", "1", "--dismiss", "--why", "it is right"
    )


def test_an_empty_reason_is_none(capsys: pytest.CaptureFixture[str]) -> None:
    """`stop ""` says what `stop` without a reason says; `--why ""` is taken, another option's empty value is not."""
    told(capsys, "stop", "")
    assert "BAD  kill switch: stopped: by hand (cli:" in told(capsys, "doctor", code=1)
    told(capsys, "posts", "add", "Ferries", "--draft")
    told(capsys, "posts", "cancel", "1", "--why", "")
    assert "--at has no value" in told(capsys, "posts", "add", "Ferries", "--at", "", code=2)
