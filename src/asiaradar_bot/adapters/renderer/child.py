"""
The child process that renders: JSON lines in, JSON lines out, with little memory, little time and no way back.

Runs as `python -m asiaradar_bot.adapters.renderer.child`; the parent kills it at the deadline and starts another.
What a template may do is listed here, and everything else is refused before it runs: only the statements and
expressions of `_ALLOWED`, the filters of `FILTERS`, the tests of `TESTS`, no calls, no globals, no attributes but those
of `loop` and the items of dictionaries.
"""

from __future__ import annotations

import json
import math
import resource
import sys
from functools import lru_cache
from itertools import chain
from typing import Any

from jinja2 import StrictUndefined, Template, TemplateError, nodes, pass_context
from jinja2.exceptions import SecurityError, TemplateAssertionError, UndefinedError
from jinja2.runtime import Context, LoopContext
from jinja2.sandbox import ImmutableSandboxedEnvironment

MEMORY_BYTES = 256 * 1024 * 1024
CPU_SECONDS = 2
"""A last resort for a child whose parent was killed: per request, above the parent's deadline."""
OUTPUT_CHARS = 10_000
DEEPEST = 40
"""How deep expressions and statements may be nested; the parser and the compiler recurse."""
FILTERS = (
    "abs", "capitalize", "count", "default", "first", "int", "join", "last", "length", "lower", "reject", "replace",
    "select", "sort", "title", "trim", "unique", "upper",
)  # fmt: skip
TESTS = ("defined", "undefined", "eq", "equalto", "ne", "in", "string", "number", "lt", "gt", "le", "ge", "odd", "even")
VARIABLES = (
    "title", "summary", "sentences", "authors", "category", "tags", "hashtags", "url", "site", "published", "class",
    "language",
)  # fmt: skip
"""What a broken template is told it may name."""

_ALLOWED = (
    nodes.Template, nodes.Output, nodes.TemplateData, nodes.If, nodes.For, nodes.Assign, nodes.Name, nodes.Const,
    nodes.List, nodes.Tuple, nodes.Dict, nodes.Pair, nodes.Keyword, nodes.Filter, nodes.Test, nodes.Getitem,
    nodes.Getattr, nodes.Slice, nodes.CondExpr, nodes.Compare, nodes.Operand, nodes.And, nodes.Or, nodes.Not,
    nodes.Add, nodes.Sub, nodes.Neg, nodes.Concat,
)  # fmt: skip
_LOOP = frozenset({"index", "index0", "revindex", "revindex0", "first", "last", "length"})
_STUCK = "the template's nesting is too deep"


class Slot:
    """
    What the filter `fit` yields: it can be put into the text and nothing else.
    """

    __slots__ = ("priority", "text")

    def __init__(self, text: str, priority: int) -> None:
        self.text = text
        self.priority = priority

    def __str__(self) -> str:
        """
        Refused, so that no filter behind `fit` can take its mark apart.

        Raises:
            SecurityError: always.
        """
        raise SecurityError("fit has to be the last filter")


class PostEnvironment(ImmutableSandboxedEnvironment):
    """
    Jinja without globals, calls, attributes of values, and the operators that make much out of little.
    """

    intercepted_binops = frozenset({"*", "**", "%", "/", "//"})

    def __init__(self) -> None:
        super().__init__(undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True, cache_size=0, optimized=False)
        self.nonce = ""
        self.finalize = self._shown
        self.globals.clear()
        self.filters = {name: self.filters[name] for name in FILTERS} | {"fit": _fit}
        self.tests = {name: self.tests[name] for name in TESTS}

    def call_binop(self, context: Any, operator: str, left: Any, right: Any) -> Any:
        """
        Refuse the operator.

        Raises:
            SecurityError: always.
        """
        del context, left, right
        raise SecurityError(f"the operator {operator} is not allowed")

    def is_safe_attribute(self, obj: Any, attr: str, value: Any) -> bool:
        """
        Only what a loop says of itself.
        """
        del value
        return isinstance(obj, LoopContext) and attr in _LOOP

    def is_safe_callable(self, obj: Any) -> bool:
        """
        Never: templates use filters, not calls.
        """
        del obj
        return False

    @pass_context  # what needs the context is never worked out ahead, when the nonce is another's
    def _shown(self, context: Context, value: Any) -> str:
        """
        How a value stands in the output; slots are marked with the render's own nonce.
        """
        del context
        if isinstance(value, Slot):
            return f"{self.nonce}{value.priority}:{value.text}{self.nonce}"
        if isinstance(value, str):
            return value
        if isinstance(value, int) and not isinstance(value, bool):
            return str(value)
        if isinstance(value, (list, tuple)):
            raise SecurityError("a list stands where text should; join it: {{ tags | join(' ') }}")
        if isinstance(value, StrictUndefined):
            str(value)  # raises the sentence of what is missing
        raise SecurityError(f"a {type(value).__name__} stands where text should; only text and whole numbers can")


def _fit(text: object, priority: object = 1) -> Slot:
    if isinstance(text, StrictUndefined):
        str(text)
    if not isinstance(text, str):
        raise SecurityError(f"fit takes text, not a {type(text).__name__}")
    is_word = isinstance(priority, bool)  # true counts as 1, and is not written as a digit
    if is_word or not isinstance(priority, int) or not 0 <= priority <= 9:  # noqa: PLR2004 - one digit
        raise SecurityError("fit takes a priority from 0 to 9, such as fit(1)")
    return Slot(text, priority)


_ENVIRONMENT = PostEnvironment()


def render(source: str, variables: dict[str, Any], nonce: str) -> str:
    """
    The rendered text with its slot marks.

    Raises:
        TemplateError: Jinja's own, or something forbidden.
    """
    template = compiled(source)
    _ENVIRONMENT.nonce = nonce
    pieces: list[str] = []
    room = OUTPUT_CHARS + 2 * len(nonce)
    for piece in template.generate(variables):
        room -= len(piece)
        if room < 0:
            raise SecurityError(f"its output is longer than {OUTPUT_CHARS} characters")
        pieces.append(piece)
    return "".join(pieces)


@lru_cache(maxsize=32)
def compiled(source: str) -> Template:
    """
    The template, checked before it is compiled.

    Raises:
        TemplateError: it is no template, or uses something forbidden.
    """
    tree = _ENVIRONMENT.parse(source)
    for node in chain([tree], tree.find_all(nodes.Node)):
        if not isinstance(node, _ALLOWED):
            raise TemplateAssertionError(f"{_name_of(node)} is not allowed", node.lineno)
    if _depth(tree) > DEEPEST:
        raise TemplateAssertionError(_STUCK, 1)
    return _ENVIRONMENT.from_string(source)


def _depth(node: nodes.Node) -> float:
    level, depth = [node], 0
    while level:
        level = [child for parent in level for child in parent.iter_child_nodes()]
        depth += 1
        if depth > DEEPEST:
            return math.inf
    return depth


def _name_of(node: nodes.Node) -> str:
    name = type(node).__name__
    named = {
        "Mul": "the operator *", "Pow": "the operator **", "Mod": "the operator %", "Div": "the operator /",
        "FloorDiv": "the operator //", "Call": "a call with ()", "Pos": "the operator +", "FromImport": "import",
        "Block": "block", "CallBlock": "call", "FilterBlock": "filter block", "AssignBlock": "set block",
        "Scope": "autoescape", "ScopedEvalContextModifier": "autoescape",
    }  # fmt: skip
    return named.get(name, name.lower())


def answer(line: str) -> dict[str, Any]:
    """
    The reply to one request line.
    """
    asked = json.loads(line)
    try:
        return {"text": render(asked["source"], asked["variables"], asked["nonce"])}
    except TemplateError as error:
        number = getattr(error, "lineno", None) or _line_of(error)
        return {"error": (f"line {number}: " if number else "") + _sentence(error)}
    except MemoryError:
        return {"error": "it needs too much memory"}
    except RecursionError:
        return {"error": _STUCK}
    except (ValueError, TypeError, ArithmeticError, LookupError, AttributeError) as error:
        number = _line_of(error)
        return {"error": (f"line {number}: " if number else "") + (str(error) or type(error).__name__)}


def _sentence(error: TemplateError) -> str:
    said = error.message or type(error).__name__
    if isinstance(error, UndefinedError) and said.endswith("is undefined"):
        said += f" (there are: {', '.join(VARIABLES)})"
    return said.rstrip(".")


def _line_of(error: BaseException) -> int | None:
    """
    The template's line in which a running template failed; Jinja writes it into the traceback.
    """
    line = None
    at = error.__traceback__
    while at is not None:
        if at.tb_frame.f_code.co_filename == "<template>":
            line = at.tb_lineno
        at = at.tb_next
    return line


def limit_cpu() -> None:
    """
    Allow so many more seconds of computing; beyond them the system ends this process.
    """
    spent = resource.getrusage(resource.RUSAGE_SELF)
    seconds = math.ceil(spent.ru_utime + spent.ru_stime) + CPU_SECONDS
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, resource.getrlimit(resource.RLIMIT_CPU)[1]))


def main() -> None:
    """
    Answer lines until the parent goes away.
    """
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    for line in sys.stdin:
        limit_cpu()
        sys.stdout.write(json.dumps(answer(line)) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
