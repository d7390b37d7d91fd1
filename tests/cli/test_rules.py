"""`asiaradar rules` as an operator types it, and what other processes make of a save."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asiaradar_bot.bootstrap import build_app
from asiaradar_bot.cli.main import main
from asiaradar_bot.model.decision import Verdict
from asiaradar_bot.model.errors import SettingsError
from asiaradar_bot.policy_file import RuleFields, move_rule, parse_policy, put_rule, remove_rule
from asiaradar_bot.runner.timetable import run_once
from asiaradar_bot.settings import load_settings

POLICY = Path("config/policy.toml").read_text(encoding="utf-8")


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A dry-run with rules and templates of its own."""
    shutil.copytree("templates", tmp_path / "templates")
    (tmp_path / "policy.toml").write_text(POLICY, encoding="utf-8")
    file = tmp_path / "asiaradar.toml"
    file.write_text(
        f'[storage]\nurl = "sqlite:///{tmp_path}/bot.db"\nfolder = "{tmp_path}"\n[x]\nmode = "dry-run"\n'
        f'[templates]\nfolder = "{tmp_path}/templates"\npolicy = "{tmp_path}/policy.toml"\n',
        encoding="utf-8",
    )
    monkeypatch.setenv("ASIARADAR_CONFIG", str(file))
    return tmp_path


def told(capsys: pytest.CaptureFixture[str], *arguments: str, code: int = 0) -> str:
    """What the command printed, its exit code being as expected."""
    assert main(["rules", *arguments]) == code
    printed = capsys.readouterr()
    assert "Traceback" not in printed.err + printed.out
    return printed.out + printed.err


def test_a_policy_is_saved_shown_taken_back_and_exported(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Each save is a version; the file counts until then, and again after back 0; export writes what counts."""
    assert told(capsys, "show") == POLICY
    assert "the file counts" in told(capsys, "history")
    new = folder / "new.toml"
    new.write_text('default_verdict = "hold"\n', encoding="utf-8")
    assert "policy is version 1" in told(capsys, "save", "policy", str(new), "--note", "all wait")
    assert told(capsys, "show") == 'default_verdict = "hold"\n'
    assert json.loads(told(capsys, "history", "--json"))["note"] == "all wait"
    assert "not 0" in told(capsys, "save", "policy", str(new), "--note", "x", "--after", "0", code=1)
    assert "wrote" in told(capsys, "export")
    assert (folder / "policy.toml").read_text(encoding="utf-8") == 'default_verdict = "hold"\n'
    assert "already" in told(capsys, "export")
    assert "version 2: back to the file" in told(capsys, "back", "policy", "0")
    assert told(capsys, "show", "--version", "1") == 'default_verdict = "hold"\n'


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["show", "../x"], 1, "no name of a template"),
        (["show", "nope"], 1, "there is no template nope: choose one of policy, article"),
        (["show", "policy", "--version", "7"], 1, "no version 7"),
        (["save", "policy", "/none", "--note", "x"], 1, "there is no file"),
        (["save", "policy", "config/asiaradar.toml", "--note", "x"], 2, "there is no setting"),
        (["back", "policy", "3"], 1, "no version 3"),
    ],
)
def test_bad_input_gets_one_sentence(
    capsys: pytest.CaptureFixture[str], arguments: list[str], code: int, words: str
) -> None:
    """The exit code and a sentence that names the trouble."""
    assert words in told(capsys, *arguments, code=code)


def test_another_process_takes_a_save_over_at_its_next_tick(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A running process follows saves of rules and templates without a restart, its sender included."""
    running = build_app(load_settings())
    try:
        new = folder / "new"
        new.write_text('default_verdict = "hold"\n', encoding="utf-8")
        told(capsys, "save", "policy", str(new), "--note", "all wait")
        new.write_text("{{ title | fit(0) }} from us {{ url }}", encoding="utf-8")
        told(capsys, "save", "article", str(new), "--note", "shorter")
        run_once(running, "decide")
        assert running.policy.default_verdict is Verdict.HOLD
        assert running.press.policy is running.policy
        assert "from us" in running.renderer.source_of("article")
        told(capsys, "back", "article", "0")
        run_once(running, "decide")
        assert "from us" not in running.renderer.source_of("article")
    finally:
        running.close()


def test_a_saved_policy_of_another_program_stops_the_steps(capsys: pytest.CaptureFixture[str]) -> None:
    """What this program can't read is no reason to go on under other rules; back 0 mends it."""
    running = build_app(load_settings())
    try:
        with running.store.begin() as tx:
            tx.rulebooks.add("policy", 1, "of_tomorrow = 1\n", note="n", who="desk:mei", at=running.clock.now())
        with pytest.raises(SettingsError, match=r"version 1 of the policy, saved by desk:mei.*rules back policy 0"):
            run_once(running, "decide")
        assert main(["posts", "list"]) == 2
        told(capsys, "back", "policy", "0")
        run_once(running, "decide")
        assert running.policy == parse_policy(POLICY, place="here")
    finally:
        running.close()


texts = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=20)


@given(st.integers(0, 4), texts, st.lists(texts.filter(bool), max_size=3), texts)
def test_a_written_rule_is_read_as_it_was_meant(place: int, name: str, words: list[str], why: str) -> None:
    """Whatever stands in the fields, the policy then holds that rule there, and taking it out gives the text again."""
    rule = RuleFields(name=name or "x", verdict="skip", keywords=tuple(words), headline_words=tuple(words), why=why)
    text = put_rule(POLICY, place, rule, instead=False)
    found = parse_policy(text, place="here").rules[place]
    assert (found.name, found.keywords, found.headline_words, found.why) == (
        name or "x",
        tuple(words),
        tuple(words),
        why,
    )
    assert remove_rule(text, place) == POLICY


@given(st.integers(0, 3), st.integers(-1, 1))
def test_moving_a_rule_back_gives_the_text_again(number: int, by: int) -> None:
    """Moving changes the order and nothing else; a move over the edge changes nothing."""
    moved = move_rule(POLICY, number, by)
    there = 0 <= number + by < 4
    assert move_rule(moved, number + by, -by) == POLICY if there else moved == POLICY
    assert {rule.name for rule in parse_policy(moved, place="here").rules} == {
        rule.name for rule in parse_policy(POLICY, place="here").rules
    }


def test_a_comment_above_a_rule_goes_with_it() -> None:
    """What is said above a rule moves with it; what stands behind the last one stays behind."""
    first = 'burst_limit = 3\n\n[[rules]]\nname = "a"\nverdict = "hold"\n\n'
    text = first + '# about b\n[[rules]]\nname = "b"\nverdict = "skip"\n'
    moved = move_rule(text, 1, -1)
    assert moved.index("# about b") < moved.index('name = "b"') < moved.index('name = "a"')
