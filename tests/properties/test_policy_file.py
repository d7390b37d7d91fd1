"""Any file at all gives a policy or one clear sentence; so do the prices."""

from __future__ import annotations

from datetime import time
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from asiaradar_bot.model.errors import SettingsError
from asiaradar_bot.model.money import PriceList
from asiaradar_bot.model.policy import Policy
from asiaradar_bot.policy_file import load_policy, load_prices
from asiaradar_bot.rules.prices import PRICES

ROOT = Path(__file__).parent.parent.parent
WHOLE = (ROOT / "config" / "policy.toml").read_text(encoding="utf-8")
LINES = [line for line in WHOLE.splitlines() if line and not line.startswith("#")]
VALUES = st.sampled_from(
    [
        "1",
        "-1",
        "0.5",
        "true",
        '""',
        '"x"',
        '"09:00Z"',
        '"25:00"',
        "9",
        "[]",
        "[[]]",
        "{}",
        '["mon"]',
        "08:00:00",
        "nan",
        "1e400",
        "2026-01-01",
        '"Asia/Singapore"',
        '"Mars/Base"',
        '"30m"',
        '"99999d"',
        '"auto"',
        "{ a = 1 }",
        '"a\\nb"',
    ]
)
NAMES = [
    "default_verdict", "allowed_domains", "burst_limit", "duplicate_window", "duplicate_percent", "expiry",
    "expiry.normal", "rules", "templates", "quiet_hours", "slots", "slots.times", "slots.zone", "wording",
    "wording.hashtags", "wording.marker_parameter", "unknown", '"a\\nb"', '""', "sensitive_words", "future_tolerance",
]  # fmt: skip
assignments = st.lists(st.tuples(st.sampled_from(NAMES), VALUES).map(" = ".join), max_size=4).map("\n".join)
mutilated = st.lists(st.sampled_from(LINES), max_size=25).map("\n".join)


def outcome(folder: Path, content: bytes) -> Policy | str:
    """The policy, or the sentence that refuses it."""
    file = folder / "policy.toml"
    file.write_bytes(content)
    try:
        return load_policy(file)
    except SettingsError as error:
        return str(error)


def check(found: Policy | str) -> None:
    """A sentence is one line that names the file; a policy can be used."""
    if isinstance(found, str):
        assert "policy.toml" in found
        assert "\n" not in found
        assert "Traceback" not in found
        assert len(found) < 1000
    else:
        assert found.allowed_domains
        assert all(at.tzinfo is None for at in found.slots.times)


@settings(max_examples=200)
@given(text=st.text(max_size=80) | assignments | mutilated)
@example(text="a = " + "[" * 5000)
@example(text="burst_limit = " + "9" * 5000)
@example(text='"a\nb" = 1')
@example(text="[expiry]\nnormal = '99999d'\nbreaking = '0m'")
def test_any_text_is_a_policy_or_a_sentence(text: str, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Nonsense, broken tables, wrong types and unknown names are refused in one line; nothing else is raised."""
    check(outcome(tmp_path_factory.mktemp("policy"), text.encode("utf-8", "surrogatepass")))


@given(content=st.binary(max_size=60))
def test_any_bytes_are_a_policy_or_a_sentence(content: bytes, tmp_path_factory: pytest.TempPathFactory) -> None:
    """So is a file that is no text."""
    check(outcome(tmp_path_factory.mktemp("policy"), content))


@given(text=st.text(max_size=80) | assignments.map(lambda text: f"[[list]]\n{text}"))
@example(text="[[list]]\nsince = 2026-01-01\n[list.prices]\npost_with_link = nan")
def test_any_text_is_prices_or_a_sentence(text: str, tmp_path_factory: pytest.TempPathFactory) -> None:
    """The price file obeys the same rule."""
    file = tmp_path_factory.mktemp("prices") / "prices.toml"
    file.write_text(text.replace("\ud800", ""), encoding="utf-8", errors="replace")
    try:
        found: tuple[PriceList, ...] | str = load_prices(file)
    except SettingsError as error:
        found = str(error)
    assert found
    if isinstance(found, str):
        assert "prices.toml" in found
        assert "\n" not in found


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("slots = { times = [9, 12] }", "«9» is no time of day"),
        ('slots = { times = ["09:00Z"] }', "in the zone that stands beside it"),
        ('slots = { times = ["9 am"] }', "write it as"),
        ("slots = { times = [] }", "slots.times"),
        ("burst_limits = 3", "did you mean burst_limit?"),
        ("default_verdict = 'maybe'", "default_verdict"),
        (
            "[[quiet_hours]]\nstarts = 22:00:00\nends = 07:00:00\nzone = 'Asia/Singapur'",
            "Asia/Singapur is no time zone",
        ),
        ("[expiry]\nnormal = 'soon'", "«soon» is no span"),
        (
            'allowed_domains = ["https://radar.asia/"]',
            "allowed_domains 1: «https://radar.asia/» is an address and no name",
        ),
        ('allowed_domains = ["www.radar.asia/en"]', "write www.radar.asia"),
        ('allowed_domains = ["radar asia"]', "«radar asia» is no name of a host: write it as radar.asia"),
        ("allowed_domains = []", "allowed_domains: write at least one"),
        ("rules = 3", "rules: write a list"),
        (
            '[[templates]]\ntemplate = "cjk"\nlanguages = ["chinese"]',
            "templates 1.languages 1: «chinese» is no tag of a",
        ),
        (
            '[[rules]]\nname = "a"\nverdict = "auto"\n[[rules]]\nname = "b"\nverdict = "no"',
            "rule 2 «b», verdict: write 'auto'",
        ),
        ('[wording]\nmarker_parameter = "id"', "write utm_ and small letters"),
        ("slots = { times = [8am] }", "a list is none up to here: its items stand in [ ]"),
        ("a = " + "[" * 5000, "nested too deeply"),
        ("a = " + "9" * 5000, "thousands of digits"),
    ],
)
def test_what_is_wrong_is_named(text: str, sentence: str, tmp_path: Path) -> None:
    """The sentence says what and how to mend it."""
    found = outcome(tmp_path, text.encode())
    assert isinstance(found, str)
    assert sentence in found


@pytest.mark.parametrize(
    "text",
    [
        'variants.article = ["Short"]',
        'variants.article = ["original"]',
        'variants.article = ["a-name-of-twenty-letters"]',
        "variants.article = []",
        'variants.article = ["short", "short"]',
    ],
)
def test_names_of_variants_are_checked(text: str, tmp_path: Path) -> None:
    """A name that is none, the original's own, too long for its column or there twice gets a sentence that names it."""
    file = tmp_path / "policy.toml"
    file.write_text(text, "utf-8")
    with pytest.raises(SettingsError, match="variant"):
        load_policy(file)
    file.write_text('[variants]\narticle = ["short", "b"]', "utf-8")
    assert load_policy(file).variants == {"article": ("short", "b")}


def test_times_are_read_as_editors_write_them(tmp_path: Path) -> None:
    """With quotes or as TOML's local time; both are local to the zone beside them."""
    found = outcome(
        tmp_path, b'slots = { zone = "Asia/Seoul", times = ["9:30", "23:59:30"] }'.replace(b"9:30", b"09:30", 1)
    )
    assert isinstance(found, Policy)
    assert found.slots.times == (time(9, 30), time(23, 59, 30))


def test_our_own_files_are_sound(tmp_path: Path) -> None:
    """The files that ship are read, and a missing file is the default."""
    assert load_policy(ROOT / "config" / "policy.toml").rules
    assert load_prices(ROOT / "config" / "prices.toml")
    assert load_policy(tmp_path / "none.toml") == Policy()
    assert load_prices(tmp_path / "none.toml") == PRICES
