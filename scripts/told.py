"""
Sentences that the program tells people, found in its source: msgids of the Desk's catalogues in the context `told`.

Rules and steps say what they decided, refused or changed in English, and so it is stored; the Desk translates the
sentence by the form it was made from (`web/telling.py`). Here the forms are read from the source: a plain text as it
is, an f-string with a named place for each of its values, a choice of two texts as two forms. What counts is:

- in `WHOLE`, each text of two words or more,
- there and in `REFUSALS`, what an error says, and the values of `why`, `detail`, `sentence`, `mend` and `reason`,
- names of checks, in the context `check`; forms of rules in words, in the context `rule`.

Docstrings, logs and patterns are not told to anybody.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Sequence
from itertools import chain, product
from pathlib import Path

import asiaradar_bot
from asiaradar_bot.rules import explaining, rule_words

PACKAGE = Path(asiaradar_bot.__file__).parent
TOLD, CHECK, RULE = "told", "check", "rule"
WHOLE: tuple[str, ...] = (
    "adapters/side_files.py",
    "checkup.py",
    "rules/changes.py",
    "rules/correcting.py",
    "rules/eligibility.py",
    "rules/four_eyes.py",
    "rules/guards.py",
    "rules/letting_out.py",
    "rules/linking.py",
    "rules/lints.py",
    "rules/wording.py",
    "steps/access.py",
    "steps/amend.py",
    "steps/compose.py",
    "steps/correct.py",
    "steps/door.py",
    "steps/identity.py",
    "steps/illustrate.py",
    "steps/imports.py",
    "steps/linked.py",
    "steps/patrol.py",
    "steps/press.py",
    "steps/publish.py",
    "steps/reconcile.py",
    "steps/revise.py",
    "steps/second_factor.py",
    "steps/spot.py",
    "steps/submit/*.py",
    "steps/switch.py",
    "steps/tokens.py",
    "steps/verify.py",
    "steps/watch.py",
    "steps/webhooks.py",
    "web/surprises.py",
)
"""Every sentence in them is told."""
REFUSALS: tuple[str, ...] = (
    "adapters/news_site/answer.py",
    "adapters/news_site/connect.py",
    "adapters/news_site/fetch.py",
    "adapters/news_site/picture.py",
    "adapters/news_site/picture_child.py",
    "adapters/news_site/source.py",
    "adapters/x_account/client.py",
    "adapters/passwords.py",
    "adapters/x_account/outcomes.py",
    "model/access.py",
    "model/correction.py",
    "model/post.py",
    "policy_file.py",
    "rulekeeping.py",
    "rules/delivering.py",
    "rules/post_csv.py",
    "rules/signing_in.py",
    "rules/spans.py",
    "rules/when.py",
    "runner/heartbeat.py",
    "steps/ask_source.py",
    "steps/sheets.py",
    "steps/subscribe.py",
    "storage/article_rows.py",
    "storage/correction_rows.py",
    "storage/post_rows.py",
    "storage/program_rows.py",
    "storage/rulebook_rows.py",
    "web/pages/*.py",
    "web/health.py",
    "web/session.py",
    "web/sheet_form.py",
    "web/views/settings.py",
)
"""Only what errors and the named values say."""
_VALUES = {"why", "detail", "sentence", "mend", "reason", "hint", "_STATUS_MEANINGS", "_OTHER_MEANING"}
_CHECK_NAMES = {("Check", "name"), ("TraceLine", "check")}
_TABLES = {"_CHECKS": True, "_MENDS": False}
"""Tables of pairs, with whether the first of each is the name of a check; else it is only compared."""
_SAID_BY = {"FetchError": 1}
"""Errors whose sentence is not their first value."""
_COMPARED = {"_LABELS"}
"""Words of posts, in the language of their article."""
_SILENT = re.compile(
    r"(^|\.)(_?log|logger|getLogger|info|warning|debug|re|compile|named|Query|Form|Field|Path|startswith|raise_alert)(\.|$)"
)
_WORDS = re.compile(r"[A-Za-z']{2,}\S*\s+(?:\S+\s+)*\W*[A-Za-z']{2,}|^[a-z]{3,}: 0$")
"""Two of them at least, or one before a value: «stopped: ...»."""
_PLACE = re.compile(r"%\(\w+\)s")
_QUOTED = re.compile(r"'[^']*'|\"[^\"]*\"")
_NAMES = re.compile(r"([A-Za-z_][\w.]*)(\(|\[(?=[A-Za-z_]))?")
_GRAMMAR = {"or", "and", "not", "if", "else", "for", "in", "is", "None"}
_LEAST_LETTERS = 2

_Parts = list["str | ast.expr"]
"""A text and the values in it; empty: it is no text."""


def told_forms() -> Iterator[tuple[str, str]]:
    """
    Context and msgid of each, in the order of the source.
    """
    for form in chain(explaining.SENTENCES.values(), explaining.ANSWERS.values(), explaining.STANDS.values()):
        yield TOLD, form
    for form in (explaining.UNDECIDED, explaining.GONE):
        yield TOLD, form
    for form in chain(rule_words.FORMS.values(), rule_words.VERDICTS.values()):
        yield RULE, form
    for pattern in (*WHOLE, *REFUSALS):
        files = sorted(PACKAGE.glob(pattern))
        if not files:
            raise FileNotFoundError(f"scripts/told.py: no source is named {pattern}: mend WHOLE or REFUSALS")
        for file in files:
            yield from forms_in(file.read_text(encoding="utf-8"), is_whole=pattern in WHOLE)


def forms_in(source: str, *, is_whole: bool) -> list[tuple[str, str]]:
    """
    Those of one module.
    """
    reader = _Reader(is_whole=is_whole)
    reader.read(ast.parse(source))
    return reader.found


class _Reader(ast.NodeVisitor):
    """
    Walks through a module; `_sure` is the context of what is told however short it is, None elsewhere.
    """

    def __init__(self, *, is_whole: bool) -> None:
        self.found: list[tuple[str, str]] = []
        self._is_whole = is_whole
        self._sure: str | None = None
        self._constants: dict[str, str] = {}
        """Texts that f-strings of this module put in by name."""

    def read(self, tree: ast.Module) -> None:
        for node in tree.body:
            match node:
                case ast.Assign(targets=[ast.Name(id=name)], value=ast.Constant(value=str() as text)):
                    self._constants[name] = text
        self.visit(tree)

    def visit(self, node: ast.AST) -> None:
        if isinstance(node, ast.expr) and (forms := self._forms(node)):
            for form in forms:
                if self._sure or (self._is_whole and _WORDS.search(_PLACE.sub("0", form))):
                    self.found.append((self._sure or TOLD, form))
        elif isinstance(node, ast.IfExp):
            self._inside(node.test, None)
            self._inside(node.body, self._sure)
            self._inside(node.orelse, self._sure)
        elif isinstance(node, ast.Dict):
            for key, value in zip(node.keys, node.values, strict=True):
                if key is not None:
                    self._inside(key, None)
                self._inside(value, self._sure)
        else:
            self._sure, before = None, self._sure
            super().visit(node)
            self._sure = before

    def _inside(self, node: ast.AST, sure: str | None) -> None:
        self._sure, before = sure, self._sure
        self.visit(node)
        self._sure = before

    def visit_Expr(self, node: ast.Expr) -> None:
        if not isinstance(node.value, ast.Constant):  # else it is a docstring
            self.visit(node.value)

    def visit_FunctionDef(self, node: ast.FunctionDef) -> None:
        if "alert" not in node.name:  # alerts leave the house
            self.generic_visit(node)

    def visit_Assign(self, node: ast.Assign) -> None:
        target = ast.unparse(node.targets[0])
        if target in _COMPARED:
            return
        if target in _TABLES:
            self._table(node.value, has_checks=_TABLES[target])
        else:
            self._inside(node.value, TOLD if target in _VALUES else None)

    def visit_AnnAssign(self, node: ast.AnnAssign) -> None:
        if node.value is not None:
            self.visit_Assign(ast.Assign(targets=[node.target], value=node.value))

    def _table(self, table: ast.expr, *, has_checks: bool) -> None:
        for pair in getattr(table, "elts", ()):
            name, told = pair.elts
            if has_checks:
                self._inside(name, CHECK)
            self._inside(told, TOLD)

    def visit_Call(self, node: ast.Call) -> None:
        name = ast.unparse(node.func)
        if _SILENT.search(name):
            return
        self.visit(node.func)
        last = node.args[-1] if name in {"note", "_note_change"} else None
        for number, one in enumerate(node.args):
            is_told = (name.endswith("Error") and number == _SAID_BY.get(name, 0)) or one is last
            self._inside(one, TOLD if is_told else None)
        for keyword in node.keywords:
            is_check = (name, keyword.arg) in _CHECK_NAMES
            self._inside(keyword.value, CHECK if is_check else TOLD if keyword.arg in _VALUES else None)

    def _forms(self, node: ast.expr) -> Sequence[str]:
        """The msgids of a text; of one with choices in it, one for each; none: it is no text with letters."""
        parts = self._parts(node)
        forms = [_form(chosen) for chosen in product(*map(self._choice, parts))]
        return [form for form in forms if len(re.sub(r"[^A-Za-z]", "", _PLACE.sub("", form))) >= _LEAST_LETTERS]

    def _choice(self, part: str | ast.expr) -> list[_Parts]:
        """What may stand there: one thing, or of two texts either."""
        if isinstance(part, ast.IfExp):
            both = [self._parts(part.body), self._parts(part.orelse)]
            if all(both):
                return both
        return [[part]]

    def _parts(self, node: ast.expr) -> _Parts:
        match node:
            case ast.Constant(value=str() as text):
                return [text]
            case ast.JoinedStr(values=values):
                return [part for value in values for part in self._parts(value)]
            case ast.FormattedValue(value=value):
                return [self._constants.get(ast.unparse(value), value)]
            case ast.BinOp(op=ast.Add(), left=left, right=right) if self._parts(left) or self._parts(right):
                return [*(self._parts(left) or [left]), *(self._parts(right) or [right])]
        return []


def _form(chosen: Sequence[_Parts]) -> str:
    parts = [part for parts in chosen for part in parts]
    has_places = not all(isinstance(part, str) for part in parts)
    names: dict[str, int] = {}
    form = ""
    for part in parts:
        if isinstance(part, str):
            form += part.replace("%", "%%") if has_places else part
        else:
            name = _name(part)
            names[name] = names.get(name, 0) + 1
            form += f"%({name if names[name] == 1 else f'{name}_{names[name]}'})s"
    return form.strip()


def _name(node: ast.expr) -> str:
    """
    What a value is called: `post.id` is `post_id`, and a list that is joined has the name of the list.
    """
    found = _NAMES.findall(_QUOTED.sub("", ast.unparse(node)))
    values = [name for name, used in found if not used and name not in _GRAMMAR]
    owners = [name.rpartition(".")[0] or name for name, used in found if used]
    words = [word.strip("_").lower() for word in (values or owners or ["value"])[0].split(".")]
    return "_".join(word for word in words[-2:] if word and word != "self")
