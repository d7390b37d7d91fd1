"""How commands refuse what is written wrong: no option without its value, and an example of how it is written."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import typer
from typer.core import TyperCommand, TyperOption

MAY_BE_EMPTY = frozenset({"why", "alt"})
"""Options of which an empty value says something: no reason, no description."""


class Strict(TyperCommand):
    """
    A command that refuses an option with an empty value, which is a script's unset variable far more often than a wish.
    """

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """
        The arguments that are left.

        Raises:
            BadParameter: an option has an empty value.
        """
        given, _, _ = self.make_parser(ctx).parse_args(args=list(args))
        for param in self.params:
            value = given.get(param.name or "")
            if isinstance(param, TyperOption) and param.name not in MAY_BE_EMPTY and _is_empty(value):
                raise typer.BadParameter(f"{param.opts[0]} has no value: give it one, or leave it out")
        return super().parse_args(ctx, args)


def _is_empty(value: object) -> bool:
    values = value if isinstance(value, list) else [value]
    return any(isinstance(one, str) and not one.strip() for one in values)


def make_strict(group: typer.Typer) -> None:
    """
    Have every command of the group, and of the groups in it, refuse empty values.
    """
    for command in group.registered_commands:
        command.cls = Strict
    for inner in group.registered_groups:
        if inner.typer_instance is not None:
            make_strict(inner.typer_instance)


def usage_sentence(error: Exception) -> str:
    """
    What is wrong with how a command is written, and how it is written instead.
    """
    said = str(getattr(error, "format_message", error.__str__)()).removeprefix("Invalid value: ").removesuffix(".")
    ctx, param = getattr(error, "ctx", None), getattr(error, "param", None)
    if ctx is None:
        return said
    if not isinstance(ctx.command, TyperCommand):
        asked = said.endswith("?")  # «did you mean»
        return f"{said}{'' if asked else ':'} `{_path(ctx)} --help` lists what there is"
    message = getattr(error, "message", "")
    if isinstance(error, typer.BadParameter) and message:  # the value is wrong, not how the command is written
        return (
            said if param is None or isinstance(param, TyperOption) else said.replace(f"'{param.name}'", _name(param))
        )
    if param is not None and not message:
        choices = param.type_descriptor.choices
        among = "" if not choices else f" ({', '.join(str(getattr(one, 'value', one)) for one in choices)})"
        said = f"{_name(param)}{among} is missing"
    return f"{said}: write `{' '.join([_path(ctx), *_needed(ctx.command)])}`"


def _path(ctx: Any) -> str:
    """
    The command as people write it, whatever started the program.
    """
    words: list[str] = []
    while ctx.parent is not None:
        words.insert(0, str(ctx.info_name))
        ctx = ctx.parent
    return " ".join(["asiaradar", *words])


def _needed(command: TyperCommand) -> Iterator[str]:
    for param in command.params:
        if not isinstance(param, TyperOption):
            yield _name(param) if param.required else f"[{_name(param)}]"
        elif param.required:
            yield f"{param.opts[0]} {param.opts[0].removeprefix('--').upper()}"


def _name(param: Any) -> str:
    if isinstance(param, TyperOption):
        return str(param.opts[0])
    named = str(param.metavar or param.name.upper())
    return f"{named}..." if param.nargs != 1 else named
