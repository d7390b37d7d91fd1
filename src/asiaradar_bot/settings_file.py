"""Where settings are found, and in which words a wrong one is told."""

from __future__ import annotations

import difflib
import json
import os
import re
import tomllib
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from pydantic import ValidationError
from pydantic_settings import SecretsSettingsSource
from pydantic_settings import SettingsError as SourceError

from asiaradar_bot.model.errors import SettingsError
from asiaradar_bot.rules.plain_words import in_plain_words, toml_in_plain_words

DEFAULT_FILE = Path("config/asiaradar.toml")
_PREFIX = "ASIARADAR_"


_NO_PLACES: Mapping[str, Callable[[], Mapping[str, Any]]] = {}


@contextmanager
def told(
    path: Path | None,
    *,
    names: Collection[str] = (),
    places: Mapping[str, Callable[[], Mapping[str, Any]]] = _NO_PLACES,
) -> Iterator[None]:
    """
    What can't be read becomes one sentence; what a secret holds is in none. `names` are those of all settings.

    `places` are where values come from, by `Settings.origin`, with what each gave; the first that has a value counts,
    and is named when it is wrong.

    Raises:
        SettingsError: settings of the file, the environment or secrets can't be read, or are wrong.
    """
    try:
        yield
    except ValidationError as error:
        raise SettingsError(_sentence(error, names, _Places(path, places))) from error
    except SourceError as error:
        section = re.search(r'field "(\w+)"', str(error))
        name = f"ASIARADAR_{section[1].upper() if section else ''}..."
        raise SettingsError(
            f"settings: a variable {name} can't be read: lists are JSON in the environment, such as "
            "'[\"radar.asia\"]', and only keys have values (ASIARADAR_X__MODE, not ASIARADAR_X)"
        ) from error
    except UnicodeDecodeError as error:
        raise SettingsError(f"{path} is not in UTF-8: save it as UTF-8") from error
    except tomllib.TOMLDecodeError as error:
        words = _standing_twice(path, str(error)) if path is not None else ""
        words = words or f"{toml_in_plain_words(str(error))}; mend that line"
        raise SettingsError(f"{path} is not valid TOML: {words}") from error
    except OSError as error:
        raise SettingsError(f"{path} cannot be read: {error.strerror}; check the path and its rights") from error


class NestedSecrets(SecretsSettingsSource):
    """
    Secret files named `asiaradar_x__consumer_key`, so that nested keys work as they do in the environment.
    """

    def __call__(self) -> dict[str, Any]:
        """
        The nested values of all files found.
        """
        found: dict[str, Any] = {}
        folder = Path(str(self.secrets_dir))
        for file in sorted(folder.iterdir()):
            name = file.name.lower()
            if not name.startswith("asiaradar_") or not file.is_file():
                continue
            section, _, key = name.removeprefix("asiaradar_").partition("__")
            value = _secret(file)
            if key:
                found.setdefault(section, {})[key] = value
            else:
                found[section] = value
        return found


def _secret(file: Path) -> Any:
    try:
        text = file.read_text(encoding="utf-8").strip()
        return json.loads(text) if text.startswith("[") else text
    except UnicodeDecodeError as error:
        raise SettingsError(f"the secret file {file} is no text in UTF-8: write it anew") from error
    except json.JSONDecodeError as error:
        raise SettingsError(f"the secret file {file} begins like a list and is no JSON: mend it") from error
    except OSError as error:
        raise SettingsError(f"the secret file {file} cannot be read: {error.strerror}; check its rights") from error


def find_settings_file(file: Path | None) -> Path | None:
    """
    The file that counts: the one given, else the one that `ASIARADAR_CONFIG` names, else the default if it is there.

    Raises:
        SettingsError: the named file does not exist, or is a folder.
    """
    named = file or (Path(os.environ["ASIARADAR_CONFIG"]) if os.environ.get("ASIARADAR_CONFIG") else None)
    if named is not None:
        if named.is_dir():
            raise SettingsError(f"the settings file {named} is a folder: name the file in it in ASIARADAR_CONFIG")
        if not named.is_file():
            raise SettingsError(f"the settings file {named} does not exist: check ASIARADAR_CONFIG")
        return named
    return DEFAULT_FILE if DEFAULT_FILE.is_file() else None


def check_variables(names: Collection[str]) -> None:
    """
    Refuse a variable of the environment that is meant for a setting and names none, as it would count for nothing.

    Raises:
        SettingsError: one line stands where two separate section and key, or there is no such section.
    """
    meant = {f"{_PREFIX}{name.replace('.', '_')}".upper(): name for name in names if "." in name}
    sections = {name.partition(".")[0] for name in names}
    for variable in sorted(os.environ):
        name = meant.get(variable.upper())
        section, _, key = variable.upper().removeprefix(_PREFIX).partition("__")
        if name is None and variable.upper().startswith(_PREFIX) and key and section.lower() not in sections:
            near = difflib.get_close_matches(f"{section}.{key}".lower().replace("__", "."), names, n=1)
            name = near[0] if near else ""
        if name is not None:
            right = f": it is {_PREFIX}{name.replace('.', '__').upper()}" if name else ": unset it"
            raise SettingsError(f"settings: the variable {variable} names no setting{right}")


class _Places:
    """
    Where each value stands, for the sentence about a wrong one.
    """

    def __init__(self, path: Path | None, places: Mapping[str, Callable[[], Mapping[str, Any]]]) -> None:
        self._path = path
        self._given = {label: place() for label, place in places.items()}

    def of(self, steps: tuple[int | str, ...]) -> str:
        """
        The place of the value that these steps lead to, in brackets; empty if nobody gave one.
        """
        for label, given in self._given.items():
            if steps and _leads(given, steps):
                name = "__".join(str(step) for step in steps[:2] if isinstance(step, str))
                if label == "environment":
                    return f" (in the variable {_PREFIX}{name.upper()})"
                if label == "secret file":
                    return f" (in the secret file {_PREFIX.lower()}{name.lower()})"
                return f" (in {self._path})" if label == "file" else ""
        return ""


def _leads(given: Any, steps: tuple[int | str, ...]) -> bool:
    """
    Whether there is a value at the steps' end; a list counts as one, and so does one that should have been a section.
    """
    for step in steps:
        if not isinstance(given, Mapping):
            return True
        if step not in given:
            return False
        given = given[step]
    return True


def _standing_twice(path: Path, complaint: str) -> str:
    """
    The two lines on which one name stands, as the reader of TOML knows only the second; empty if that is not the fault.
    """
    told_at = re.fullmatch(r"Cannot overwrite a value \(at line (\d+), .*", complaint)
    if told_at is None:
        return ""
    line = int(told_at[1])
    lines = path.read_text(encoding="utf-8").splitlines()
    found = re.match(r"\s*(\[*)\s*([\w-]+)", lines[line - 1])
    headers = [number for number, text in enumerate(lines[:line], start=1) if text.lstrip().startswith("[")]
    if found is None:
        return ""
    # a section can only meet a value above all sections, a key only one of its own section
    begin, end = (0, headers[0]) if found[1] else (headers[-1] if headers else 0, line - 1)
    for number, earlier in enumerate(lines[begin:end], start=begin + 1):
        if re.match(rf"\s*{found[2]}\s*[=.]", earlier):
            return f"{found[2]} stands there twice, in line {number} and in line {line}: take one of them out"
    return ""


def _is_within(steps: tuple[int | str, ...], outer: tuple[int | str, ...]) -> bool:
    return len(steps) > len(outer) and steps[: len(outer)] == outer


def _sentence(error: ValidationError, names: Collection[str], places: _Places) -> str:
    parts = []
    problems = error.errors(include_url=False, include_input=False)
    for problem in problems:
        if problem["type"] == "too_short" and any(_is_within(other["loc"], problem["loc"]) for other in problems):
            continue  # of a list whose items are wrong it is said, too, that it holds none
        where = ".".join(str(step) for step in problem["loc"])
        if problem["type"] == "extra_forbidden":
            near = difflib.get_close_matches(where, names, n=1)
            part = f"there is no setting {where}" + (f", but there is {near[0]}" if near else "")
        else:
            text = in_plain_words(problem["msg"])
            part = f"{where}: {text}" if where else text
        parts.append(part + places.of(problem["loc"]))
    return "settings: " + "; ".join(parts)
