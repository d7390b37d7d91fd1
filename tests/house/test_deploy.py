"""What stands under deploy/ fits the program: settings, addresses, versions, files. deploy/check.sh tries the rest."""

from __future__ import annotations

import re
from pathlib import Path

from pydantic import BaseModel

from asiaradar_bot.settings import CREDENTIALS, Settings

ROOT = Path(__file__).parent.parent.parent
DOCKERFILE, COMPOSE, UNIT = (
    (ROOT / "deploy" / name).read_text(encoding="utf-8") for name in ("Dockerfile", "compose.yaml", "asiaradar.service")
)


def is_setting(name: str) -> bool:
    """Whether a variable such as ASIARADAR_X__MODE names a setting."""
    section, _, key = name.lower().removeprefix("asiaradar_").partition("__")
    field = Settings.model_fields.get(section)
    kind = None if field is None else field.annotation
    return isinstance(kind, type) and issubclass(kind, BaseModel) and key in kind.model_fields


def test_every_variable_and_secret_is_a_setting() -> None:
    """No file sets what the program does not know, and each hands over the four credentials."""
    for text in (DOCKERFILE, COMPOSE, UNIT):
        named = set(re.findall(r"\b(?:ASIARADAR|asiaradar)_\w+", text)) - {"ASIARADAR_CONFIG", "ASIARADAR_SECRETS"}
        assert {name for name in named if name != "asiaradar_bot" and not is_setting(name)} == set()
    for name in CREDENTIALS:
        assert f"LoadCredential=asiaradar_x__{name}:" in UNIT
        assert len(re.findall(rf"\basiaradar_x__{name}\b", COMPOSE)) == 2


def test_the_image_asks_and_shows_the_port_that_the_program_listens_on() -> None:
    """The health check and the published port are the default port, and what is asked is an address of ours."""
    port = Settings.model_fields["web"].get_default().port
    assert f"http://127.0.0.1:{port}/livez" in DOCKERFILE
    assert f'"127.0.0.1:{port}:{port}"' in COMPOSE


def test_the_image_is_built_from_what_is_here_by_the_uv_of_the_setup() -> None:
    """Every file that is copied exists, uv is the one of scripts/setup.sh, and the program is no root."""
    setup = (ROOT / "scripts" / "setup.sh").read_text(encoding="utf-8")
    assert re.findall(r"uv==([\d.]+)", DOCKERFILE) == re.findall(r'uv_version="([\d.]+)"', setup)
    for line in re.findall(r"^COPY (?!--from)(.+)$", DOCKERFILE, re.MULTILINE):
        assert all((ROOT / source).exists() for source in line.split()[:-1]), line
    assert DOCKERFILE.index("\nUSER asiaradar\n") < DOCKERFILE.index("\nCMD ")


def test_the_unit_stays_shut() -> None:
    """What the security checklist asks of the unit is there; bad settings (exit code 2) end the tries."""
    for line in (
        "DynamicUser=yes",
        "ProtectSystem=strict",
        "PrivateTmp=yes",
        "NoNewPrivileges=yes",
        "SystemCallFilter=@system-service",
        "IPAddressDeny=link-local multicast",
        "RestartPreventExitStatus=2",
    ):
        assert f"\n{line}\n" in UNIT
    assert re.search(r"^MemoryMax=\d", UNIT, re.MULTILINE)


def test_a_command_beside_the_unit_knows_what_the_unit_knows() -> None:
    """The runbook's `systemd-run` has every variable and every secret of the unit, and its user and folders."""
    runbook = (ROOT / "docs" / "runbook.md").read_text(encoding="utf-8")
    command = (
        runbook[runbook.index("systemd-run --pty") :].partition("\n\n")[0].replace("$s/", "/etc/asiaradar/secrets/")
    )
    for variable in re.findall(r"^Environment=(.+)$", UNIT, re.MULTILINE):
        assert f"-E {variable} " in command
    for line in re.findall(
        r"^(?:LoadCredential|DynamicUser|UMask|StateDirectory|WorkingDirectory)=.+$", UNIT, re.MULTILINE
    ):
        assert f"-p {line} " in command
