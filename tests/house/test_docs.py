"""What the documents say is what the code does."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from alembic.config import Config
from alembic.script import ScriptDirectory
from pydantic import BaseModel
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined
from typer.main import get_command

from asiaradar_bot.adapters.renderer.child import DEEPEST, FILTERS, MEMORY_BYTES, OUTPUT_CHARS, TESTS, VARIABLES
from asiaradar_bot.adapters.renderer.renderer import SOURCE_BYTES, VARIABLES_BYTES
from asiaradar_bot.cli.main import cli
from asiaradar_bot.settings import Settings, SourceSettings
from asiaradar_bot.storage import schema
from scripts.generate_setting_words import FILE as WORDS
from scripts.generate_setting_words import words as setting_words
from scripts.generate_states import FILE, page

ROOT = Path(__file__).parent.parent.parent


def test_the_state_page_is_fresh() -> None:
    """docs/states.md is what the state tables print."""
    assert FILE.read_text(encoding="utf-8") == page()


def test_links_between_documents_lead_somewhere() -> None:
    """Every relative link in README and docs names a file that exists."""
    for document in [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]:
        for target in re.findall(r"\]\((?!http)([^)#]+)", document.read_text(encoding="utf-8")):
            assert (document.parent / target).exists(), f"{document.name} -> {target}"


def test_every_alarm_has_its_line_in_the_runbook() -> None:
    """Each alert kind that the code raises stands in docs/runbook.md."""
    runbook = (ROOT / "docs" / "runbook.md").read_text(encoding="utf-8")
    for file in (ROOT / "src").rglob("*.py"):
        for kind in re.findall(r'raise_alert\(\s*"(\w+)"', file.read_text(encoding="utf-8")):
            assert f"`{kind}`" in runbook, f"{kind} of {file.name}"


def test_the_schema_head_is_the_newest_migration() -> None:
    """The revisions are one chain, and storage.schema.HEAD is its end."""
    config = Config()
    config.set_main_option("script_location", str(ROOT / "src/asiaradar_bot/storage/migrations"))
    scripts = ScriptDirectory.from_config(config)
    assert scripts.get_heads() == [schema.HEAD]
    for script in scripts.walk_revisions():
        assert Path(script.path).name.startswith(f"{script.revision}_")


def _commands(command: Any, words: tuple[str, ...] = ("asiaradar",)) -> Iterator[tuple[str, Any]]:
    """Every command below this one, with the words that call it."""
    below = getattr(command, "commands", {})
    for name, part in below.items():
        yield from _commands(part, (*words, name))
    if not below:
        yield " ".join(words), command


def test_every_command_and_option_is_documented() -> None:
    """Each command has its row in docs/commands.md, which names each of its options; no row is of another program."""
    rows = re.findall(r"^\| `(asiaradar [a-z -]+?)(?: \[?[A-Z].*?)?` \|(.*)$", _read("docs/commands.md"), re.MULTILINE)
    documented = dict(rows)
    found = dict(_commands(get_command(cli)))
    assert sorted(documented) == sorted(found)
    for words, command in found.items():
        for option in (one for one in command.params if one.param_type_name == "option"):
            # An option that is on by itself is named by what switches it off.
            name = option.secondary_opts[0] if option.secondary_opts and option.default else option.opts[0]
            assert name in documented[words], f"{words} {name}"


def _fields(model: type[BaseModel], prefix: str = "") -> Iterator[tuple[str, FieldInfo]]:
    """Every setting by its dotted name."""
    for name, field in model.model_fields.items():
        inner = SourceSettings if name == "sources" else field.annotation
        if isinstance(inner, type) and issubclass(inner, BaseModel):
            yield from _fields(inner, f"{prefix}{name}.")
        else:
            yield f"{prefix}{name}", field


def _as_written(default: object) -> str:
    match default:
        case None | ():
            return "none"
        case bool():
            return str(default).lower()
        case tuple():
            return ", ".join(str(one) for one in default)
        case _:
            return "needed" if default is PydanticUndefined else str(default)


def test_every_setting_is_documented_with_its_default() -> None:
    """docs/settings.md has a row for each setting, with the default that the code has, and none for another."""
    part = _read("docs/settings.md").partition("## Policy")[0]
    rows = dict(re.findall(r"^\| `([a-z_.]+)` \| `?([^|`]+?)`? \|", part, re.MULTILINE))
    assert rows == {name: _as_written(field.default) for name, field in _fields(Settings)}


def test_the_words_of_the_settings_page_are_fresh() -> None:
    """web/setting_words.txt says of each setting what docs/settings.md does: `python -m scripts.generate_setting_words`."""
    assert sorted(WORDS.read_text(encoding="utf-8").splitlines()) == sorted(setting_words().splitlines())


def test_every_key_of_the_policy_is_documented() -> None:
    """docs/settings.md names each key that the sections of config/policy.toml may have."""
    part = _read("docs/settings.md").partition("## Policy")[2]
    known = tomllib.loads(_read("config/policy.toml"))
    names = {*known, *(f"wording.{name}" for name in known["wording"])} - {"wording"}
    for name in names:
        assert f"`{name}`" in part, name


def test_every_template_variable_and_filter_is_documented() -> None:
    """docs/templates.md names each template folder, and each variable, filter and test that a template may use."""
    page_text = _read("docs/templates.md")
    folders = {file.parent.name for file in (ROOT / "templates").glob("*/post.txt.j2")}
    for name in (*folders, *VARIABLES, *FILTERS, *TESTS, "fit"):
        assert f"`{name}`" in page_text, name


def test_limits_of_templates_are_the_documented_ones() -> None:
    """docs/templates.md gives the renderer's own limits."""
    limits = _read("docs/templates.md").partition("## Limits")[2]
    for number in (SOURCE_BYTES, VARIABLES_BYTES, OUTPUT_CHARS, MEMORY_BYTES // 2**20, DEEPEST):
        assert f"{number:,} " in limits, number


def _read(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")
