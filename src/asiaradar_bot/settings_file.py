"""Where settings are found, and in which words a wrong one is told."""

from __future__ import annotations

import difflib
import json
import os
import re
import tomllib
from collections.abc import Collection, Iterator
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


@contextmanager
def told(path: Path | None, *, names: Collection[str] = ()) -> Iterator[None]:
    """
    What can't be read becomes one sentence; what a secret holds is in none. `names` are those of all settings.

    Raises:
        SettingsError: settings of the file, the environment or secrets can't be read, or are wrong.
    """
    try:
        yield
    except ValidationError as error:
        raise SettingsError(_sentence(error, path, names)) from error
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
        words = toml_in_plain_words(str(error))
        raise SettingsError(f"{path} is not valid TOML: {words}; mend that line") from error
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


def _sentence(error: ValidationError, path: Path | None, names: Collection[str]) -> str:
    parts = []
    for problem in error.errors(include_url=False, include_input=False):
        where = ".".join(str(step) for step in problem["loc"])
        if problem["type"] == "extra_forbidden":
            near = difflib.get_close_matches(where, names, n=1)
            parts.append(f"there is no setting {where}" + (f", but there is {near[0]}" if near else ""))
        else:
            text = in_plain_words(problem["msg"])
            parts.append(f"{where}: {text}" if where else text)
    place = (
        f" (from {path}, the environment ASIARADAR_... or secrets)" if path else " (from the environment ASIARADAR_...)"
    )
    return "settings: " + "; ".join(parts) + place
