"""Each port has a contract, and the contract is held against every implementation."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from asiaradar_bot import ports

ROOT = Path(__file__).parent.parent.parent
NAMES = [name for name in ports.__all__ if name != "Transaction"]
"""A transaction is held by the contract of the store that gives it."""


def _suite(port: str) -> str:
    """The text of the port's behaviour suite."""
    name = re.sub(r"(?<!^)(?=[A-Z])", "_", port).lower()
    return (ROOT / "tests" / "contracts" / f"test_{name}.py").read_text(encoding="utf-8")


@pytest.mark.parametrize("port", NAMES)
def test_each_port_has_a_contract(port: str) -> None:
    """tests/contracts has a file for each Protocol of ports, which says so and holds facts."""
    text = _suite(port)
    assert f"The contract of `ports.{port}`" in text.splitlines()[0]
    assert text.count("\ndef test_") >= 1


def test_the_contract_names_every_implementation() -> None:
    """A class that says «Implements `ports.X`» is named by the suite of X, or by what that suite imports."""
    helpers = (ROOT / "tests" / "contracts" / "accounts.py").read_text(encoding="utf-8")
    helpers += (ROOT / "tests" / "conftest.py").read_text(encoding="utf-8")
    found = 0
    for folder in ("adapters", "storage"):
        for file in sorted((ROOT / "src" / "asiaradar_bot" / folder).rglob("*.py")):
            text = file.read_text(encoding="utf-8")
            for name, port in re.findall(r'class (\w+)[^\n]*:\n    """\n    Implements `?ports\.([A-Z]\w+)', text):
                if port in NAMES:
                    found += 1
                    assert name in _suite(port) + helpers, f"{name} is not held to the contract of {port}"
    assert found >= 6


def test_no_port_is_left_out() -> None:
    """Every Protocol of a file in ports/ is either a port with a contract or a part of the transaction."""
    rows = set()
    for file in (ROOT / "src" / "asiaradar_bot" / "ports").glob("*.py"):
        for name in re.findall(r"^class (\w+)\(Protocol\)", file.read_text(encoding="utf-8"), re.MULTILINE):
            if name not in ports.__all__:
                rows.add(name)
    assert all(name.endswith("Rows") for name in rows), rows
