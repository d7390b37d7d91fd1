"""Writes each template's golden.txt anew from its samples; read the difference aloud before committing it."""

from __future__ import annotations

from pathlib import Path

from asiaradar_bot.adapters.renderer import SandboxedRenderer
from asiaradar_bot.adapters.renderer.checking import check_template
from asiaradar_bot.model.policy import WordingChoices
from asiaradar_bot.policy_file import load_policy

ROOT = Path(__file__).parent.parent
TEMPLATES = ROOT / "templates"


def golden_text(renderer: SandboxedRenderer, template: str, *, choices: WordingChoices) -> str:
    """
    The posts of all samples of a template, each below a line with the sample's name and the post's weighted length.
    """
    return "\n".join(
        f"--- {name} ({wording.weighted_length})\n{wording.text}\n"
        for name, wording in check_template(renderer, template, choices=choices).items()
    )


def main() -> None:
    """Word every sample of every template by the shipped policy."""
    renderer = SandboxedRenderer(TEMPLATES)
    choices = load_policy(ROOT / "config" / "policy.toml").wording
    for template in renderer.list_templates():
        text = golden_text(renderer, template, choices=choices)
        (TEMPLATES / template / "golden.txt").write_text(text, encoding="utf-8")
    renderer.close()


if __name__ == "__main__":
    main()
