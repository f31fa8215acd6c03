"""A key: questions that refer to specs; what is expected is computed, never typed."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import Any

from ..analysis import DTYPES, Analysis, Settings, walk
from ..arithmetic.expression import exact_number
from ..arithmetic.unknown import Unknown
from ..conventions import CONVENTIONS, convention
from ..errors import ArchcalcError, Problem, Source, Span, SpecError, UsageError
from ..expansion import expand
from ..graph import Graph
from ..notation import tree
from ..notation.keys import MOST_PROBLEMS, Fields, Keys
from ..notation.parser import parse
from ..notation.source import Places
from ..notation.tree import Node, Scalar
from ..quantities.receptive_field import WHOLE
from ..readers import spec_of
from ..readers import torch as code
from ..readers import zoo as zoo_reader
from ..readers.stored import text_of
from .measures import Cost, Measure, OutputShape, Subject, measure
from .precision import Tolerance
from .questions import (
    UNITS,
    NumberQuestion,
    Policy,
    Question,
    RatioQuestion,
    ShapeQuestion,
    TableQuestion,
    TruthQuestion,
)
from .slips import SLIPS, slip

_MOST_QUESTIONS = 500
_TOP = (
    *("archcalc-key", "title", "note", "convention", "accept", "order", "digits", "tolerance"),
    *("truncated", "follow_through", "partial", "batch", "dtype", "train", "specs", "questions"),
)
_QUESTION = (
    *("id", "ask", "of", "points", "title", "partial", "accept", "order", "digits", "tolerance"),
    *("truncated", "follow_through", "unit", "batch", "dtype", "train", "claim", "columns"),
    "convention",
)
_ORDERS = ("hwc", "chw", "any")
_COLUMNS = ("output", "params", "macs")
_ORDER_WORDS = ("macs", "mac")
_RELATIONS = re.compile(r"\s(<=|>=|!=|==|=|<|>)\s")
_CHEAPER = re.compile(r"(\S+) is (cheaper|smaller|larger|dearer) than (\S+)")
_CHEAPER_MEANS = {
    "cheaper": ("MACs", "<"),
    "dearer": ("MACs", ">"),
    "smaller": ("params", "<"),
    "larger": ("params", ">"),
}
_CLAIMS = ("true", "truth", "claim", "true_false", "bool")


@dataclass(frozen=True)
class Key:
    """The questions of an assignment, in order, with what students are told about counting."""

    name: str
    title: str
    questions: tuple[Question, ...]
    convention: str = "macs"
    order: str = "hwc"
    note: str = ""
    specs: dict[str, Graph] = field(default_factory=dict)

    @property
    def ids(self) -> tuple[str, ...]:
        """The ids of the questions."""
        return tuple(question.id for question in self.questions)

    @property
    def points(self) -> Fraction:
        """The points that can be reached."""
        return sum((question.points for question in self.questions), Fraction(0))

    @property
    def sentence(self) -> str:
        """What students are told about the course's way of counting."""
        return f"Course convention: {_SENTENCES.get(self.convention) or _told(self.convention)}"


_SENTENCES = {"macs": "MACs, no bias operations, M = 10^6."}


def _told(key: str) -> str:
    found = convention(key)
    return f"{found.title}, {found.sentence}; M = 10^6."


def read_key(path: str) -> Key:
    """Read a key from a file. Errors: as :func:`key_of`; E33 where it cannot be read."""
    file = Path(path)
    return key_of(text_of(str(file)) if path == "-" else text_of(_as_path(path)), path)


def _as_path(path: str) -> str:
    if not os.path.isfile(path):  # unlike Path.is_file, also for names that are too long
        reason = "it is a folder" if os.path.isdir(path) else "no such file"
        raise UsageError("E33", f"cannot read {path[:200]}: {reason}", "a key is a YAML file")
    return path if "/" in path else f"./{path}"


def key_of(text: str, name: str = "key.yaml") -> Key:
    """Read a key. Errors: :class:`SpecError` with every mistake, up to twenty."""
    return _Reader(text, name).key()


class _Reader(Keys):
    def __init__(self, text: str, name: str) -> None:
        self.text, self.name = text, name
        self.source = Source(name, text)
        self.problems: list[Problem] = []
        self.graphs: dict[str, Graph | None] = {}
        self.walked: dict[Any, Analysis] = {}
        self.questions: list[Question] = []
        self.top: Fields = {}
        self.spans: dict[str, Span] = {}

    def key(self) -> Key:
        if not any(line.split("#")[0].strip() for line in self.text.splitlines()):
            raise UsageError("E22", f"the key {self.name[:200]} is empty", "archcalc-key: 1")
        root = tree.tree_of(self.text, self.source)
        if not isinstance(root, tree.Mapping):
            fact = "a key is a map with `specs` and `questions`"
            raise SpecError([Problem("E22", fact, root.span, "archcalc-key: 1")])
        self.top = self.fields(root, _TOP, "a key")
        version = self.words(self.top, "archcalc-key")
        if version != "1":
            span = self.top["archcalc-key"][1].span if "archcalc-key" in self.top else root.span
            fact = f'"archcalc-key: {version[:20]}"' if version else "no `archcalc-key`"
            self.problem("E22", f"{fact}: this is version 1 of the format", span, "archcalc-key: 1")
        self.specs()
        if "questions" not in self.top:
            self.problem("E22", "a key without `questions`", root.span, "questions:")
        else:
            self.all_questions(self.top["questions"][1])
        policy = self.policy(self.top)
        counting = self.convention_of(self.top)
        if self.problems:
            raise SpecError(self.problems[:MOST_PROBLEMS])
        return Key(
            Path(self.name).name,
            self.words(self.top, "title"),
            tuple(self.questions),
            counting,
            policy.order,
            self.words(self.top, "note"),
            {name: graph for name, graph in self.graphs.items() if graph is not None},
        )

    # Specs

    def problem(self, code: str, fact: str, span: Span | None, help: str = "") -> None:
        """Keep a mistake; what stands at the top of a key is said once, not for each question."""
        said = ((one.code, one.message, one.span) for one in self.problems)
        if (code, fact, span) not in said:
            super().problem(code, fact, span, help)

    def specs(self) -> None:
        for name, node in self.pairs(self.top.get("specs", (None, None))[1], "specs"):
            if not isinstance(node, Scalar):
                fact = f"the spec {name.text[:40]} is a text, a name of the zoo or a file"
                self.problem("E22", fact, node.span, "'14x14x480 | conv 5x5x48 pad 2'")
                self.graphs[name.text] = None
                continue
            try:
                self.graphs[name.text] = self.graph(node)
            except SpecError as error:
                self.problems += error.problems[: MOST_PROBLEMS - len(self.problems)]
                self.graphs[name.text] = None
            except ArchcalcError as error:
                self.problem(error.code, error.message, node.span, error.help)
                self.graphs[name.text] = None

    def graph(self, node: Scalar) -> Graph:
        """Read a spec; a file stands beside the key, and code is never run."""
        source = node.text.strip()
        if "|" in source or "\n" in source or "->" in source or " " in source:
            return expand(
                parse(node.text, self.name, places=Places(self.source, self.places(node)))
            )
        path = Path(source)
        beside = Path(self.name).parent / path
        if code.reads(source) or zoo_reader.reads(source):
            return expand(spec_of(source))  # which refuses code
        if path.is_absolute() or ".." in path.parts or not os.path.isfile(beside):
            help = "a file beside the key, a name of the zoo, or the text itself"
            raise UsageError("E33", f'no spec "{source[:60]}"', help)
        source = f"./{beside}" if "/" not in str(beside) else str(beside)
        return expand(spec_of(source))

    # Questions

    def all_questions(self, node: Node) -> None:
        if not isinstance(node, tree.Sequence):
            self.problem("E22", "questions is a list", node.span, "- {id: 1, ask: MACs, of: net}")
            return
        if not node.items:
            self.problem(
                "E22", "there are no questions", node.span, "- {id: 1, ask: MACs, of: net}"
            )
        if len(node.items) > _MOST_QUESTIONS:
            self.problem("E44", f"more than {_MOST_QUESTIONS} questions", node.span)
            return
        later: list[tuple[int, Fields, Node]] = []
        placed: dict[int, Question] = {}
        for at, item in enumerate(node.items):
            given = self.fields(item, _QUESTION, "a question")
            if self.words(given, "ask").lower() == "ratio":
                later.append((at, given, item))  # its questions may stand below it
            elif given:
                self.place(placed, at, given, item)
            elif not self.problems:
                self.problem("E22", "a question is a map", item.span, "{ask: MACs, of: net}")
        for at, given, item in later:
            self.place(placed, at, given, item)
        self.questions = [placed[at] for at in sorted(placed)]

    def place(self, placed: dict[int, Question], at: int, given: Fields, item: Node) -> None:
        """Read a question and keep it in its place; its number is its id unless it has one."""
        made = self.question(given, item, str(at + 1))
        if made is not None:
            placed[at] = made
            self.questions.append(made)

    def question(self, given: Fields, node: Node, number: str) -> Question | None:
        before = len(self.problems)
        id = self.words(given, "id")[:40] or number
        if id in self.spans:
            line = self.spans[id].line
            fact = f'question "{id[:20]}" appears twice (lines {line} and {node.span.line})'
            self.problem("E26", fact, node.span, "an id of its own for each")
        self.spans[id] = node.span
        common: dict[str, Any] = {
            "id": id,
            "points": self.points(given),
            "policy": self.policy(given),
            "line": node.span.line,
        }
        ask = self.words(given, "ask")
        if "ask" not in given and "claim" in given:
            ask = "true"
        if not ask:
            self.problem("E22", f"question {id} asks for nothing", node.span, "ask: MACs")
            return None
        wanted = ask.lower().replace(" ", "_")
        title = self.words(given, "title")
        if wanted == "ratio":
            return self.ratio(given, node, title or "ratio", common)
        if wanted in _CLAIMS:
            return self.claim(given, node, title or "true or false", common)
        if wanted == "table":
            return self.table(given, node, title or "layer table", common)
        asked = self.asked(given, ask)
        subject = self.subject(given, node, common["id"])
        if asked is None or subject is None or len(self.problems) > before:
            return None
        common |= {"title": title or asked.title, "about": subject.name}
        return self.plain(given, node, asked, subject, common)

    def plain(
        self, given: Fields, node: Node, asked: Measure, subject: Subject, common: dict[str, Any]
    ) -> Question | None:
        if isinstance(asked, OutputShape):
            return ShapeQuestion(subject=subject, measure=asked, **common)
        unit = self.words(given, "unit")
        if unit and asked.unit == "bytes" and unit not in UNITS:
            fact = f'"{unit[:20]}" is no unit of memory'
            self.problem("E48", fact, given["unit"][1].span, f"one of {', '.join(UNITS)}")
        made = NumberQuestion(subject=subject, measure=asked, unit=unit, **common)
        try:
            value = made.expected
        except ArchcalcError as error:
            self.problem(error.code, error.message, node.span, error.help)
            return None
        if isinstance(value, Unknown) or value is None:
            why = value.reason if isinstance(value, Unknown) else "it does not apply to this layer"
            fact = f"question {made.id}: nobody knows the {asked.title} of {subject.name}: {why}"
            self.problem("E36", fact, node.span, "ask for something else, or of another layer")
            return None
        if not isinstance(value, int | Fraction | tuple) and value is not WHOLE:
            fact = f"question {made.id}: the {asked.title} of {subject.name} is no number"
            self.problem("E36", fact, node.span, "give the symbols of the spec numbers")
            return None
        return made

    def asked(self, given: Fields, ask: str) -> Measure | None:
        span = given["ask"][1].span
        try:
            if ask.lower() in _ORDER_WORDS:
                return Cost(self.convention_of(given))
            return measure(ask)
        except UsageError as error:
            self.problem(error.code, error.message, span, error.help)
            return None

    # What a question is about

    def subject(self, given: Fields, node: Node, id: str) -> Subject | None:
        if "of" not in given:
            if len(self.graphs) == 1:
                name = next(iter(self.graphs))
                return self.of(name, given, node.span, id)
            self.problem("E36", f"question {id} says of nothing what it asks", node.span, "of: net")
            return None
        of = given["of"][1]
        if isinstance(of, tree.Sequence):
            texts = [item.text for item in of.items if isinstance(item, Scalar)]
            return self.several(texts, given, of.span, id)
        return self.of(self.words(given, "of"), given, of.span, id)

    def several(self, texts: list[str], given: Fields, span: Span, id: str) -> Subject | None:
        """Return some layers of one spec together."""
        found = [self.of(text, given, span, id) for text in texts]
        parts = [one for one in found if one is not None]
        if not parts or len(parts) < len(found):
            return None
        if len({part.analysis.graph is parts[0].analysis.graph for part in parts}) > 1:
            self.problem("E36", f"question {id} adds up layers of several specs", span, "one spec")
            return None
        positions = tuple(sorted({p for part in parts for p in part.positions}))
        return Subject(parts[0].analysis, positions, " and ".join(texts), is_whole=False)

    def of(self, text: str, given: Fields, span: Span, id: str) -> Subject | None:
        """Return what ``naive`` or ``bottleneck/r`` stands for."""
        name, _, layer = text.partition("/")
        if name not in self.graphs:
            import difflib

            near = difflib.get_close_matches(name, list(self.graphs), 1)
            fact = f'question {id} asks for "{name[:40]}"; specs are {", ".join(self.graphs)}'
            self.problem("E36", fact, span, f'did you mean "{near[0]}"?' if near else "")
            return None
        graph = self.graphs[name]
        if graph is None:
            return None  # said already
        analysis = self.analysis(graph, given)
        if not layer:
            return Subject(analysis, tuple(range(len(analysis.nodes))), name)
        positions = _positions(analysis, layer) or _positions(analysis, layer.replace("/", "."))
        if not positions:
            names = ", ".join(node.name for node in analysis.nodes[:12])
            fact = f'question {id}: no layer "{layer[:40]}" in {name}'
            self.problem("E36", fact, span, f"layers: {names}")
            return None
        return Subject(analysis, positions, text, is_whole=False)

    def analysis(self, graph: Graph, given: Fields) -> Analysis:
        settings = Settings(
            self.whole(given, "batch", 1), self.dtype(given), self.flag(given, "train", False)
        )
        known = (id(graph), settings)
        if known not in self.walked:
            self.walked[known] = walk(graph, settings)
        return self.walked[known]

    # Ratios, claims, tables

    def ratio(
        self, given: Fields, node: Node, title: str, common: dict[str, Any]
    ) -> Question | None:
        of = given["of"][1] if "of" in given else None
        ids = (
            [one.text for one in of.items if isinstance(one, Scalar)]
            if isinstance(of, tree.Sequence)
            else []
        )
        found = [one for id in ids for one in self.questions if one.id == id]
        if (
            len(ids) != 2
            or len(found) != 2
            or not all(isinstance(q, NumberQuestion) for q in found)
        ):
            if len(self.problems) < MOST_PROBLEMS and not self.problems:
                fact = f"question {common['id']}: a ratio is of two questions with numbers"
                self.problem("E36", fact, node.span, "of: [2, 3]")
            return None
        first, second = found
        assert isinstance(first, NumberQuestion)
        assert isinstance(second, NumberQuestion)
        if not all(isinstance(q.expected, int | Fraction) for q in (first, second)):
            self.problem("E36", f"question {common['id']}: a ratio is of numbers", node.span)
            return None
        if second.expected == 0:
            fact = f"question {common['id']} divides by question {second.id}, which is 0"
            self.problem("E36", fact, node.span)
            return None
        about = f"{first.id} to {second.id}"
        return RatioQuestion(first=first, second=second, title=title, about=about, **common)

    def claim(
        self, given: Fields, node: Node, title: str, common: dict[str, Any]
    ) -> Question | None:
        text = self.words(given, "claim")
        short = _CHEAPER.fullmatch(text.rstrip("."))
        claim = text
        if short:
            what, relation = _CHEAPER_MEANS[short[2]]
            text = f"{short[1]} {what} {relation} {short[3]} {what}"
        sides = _RELATIONS.split(text)
        span = given["claim"][1].span if "claim" in given else node.span
        if len(sides) != 3:
            fact = f"question {common['id']}: a claim compares two numbers"
            self.problem("E22", fact, span, "claim: bottleneck MACs < naive MACs")
            return None
        left, right = (self.side(part, given, span, common) for part in (sides[0], sides[2]))
        if left is None or right is None or not isinstance(left, NumberQuestion):
            if isinstance(left, int | Fraction):
                self.problem("E22", "a claim begins with a spec", span, "naive MACs > 100M")
            return None
        relation = {"==": "="}.get(sides[1], sides[1])
        return TruthQuestion(
            claim=claim,
            left=left,
            right_side=right,
            relation=relation,
            title=title,
            about=claim,
            **common,
        )

    def side(self, text: str, given: Fields, span: Span, common: dict[str, Any]) -> Any:
        """Return one side of a claim: a number, or what is measured of a spec."""
        from .numerals import Unreadable, number

        name, _, what = text.strip().partition(" ")
        if name.partition("/")[0] not in self.graphs:
            try:
                return number(text).final.value
            except Unreadable:
                pass
        subject = self.of(name, given, span, common["id"])
        if subject is None:
            return None
        try:
            asked = measure(what)
        except UsageError as error:
            self.problem(error.code, error.message, span, error.help)
            return None
        made = NumberQuestion(
            subject=subject, measure=asked, **{**common, "title": asked.title, "about": name}
        )
        if not isinstance(made.expected, int | Fraction):
            fact = f"question {common['id']}: the {asked.title} of {name} is no number"
            self.problem("E36", fact, span)
            return None
        return made

    def table(
        self, given: Fields, node: Node, title: str, common: dict[str, Any]
    ) -> Question | None:
        subject = self.subject(given, node, common["id"])
        names = self.list_of(given, "columns") or list(_COLUMNS)
        columns = []
        for name in names:
            try:
                columns.append(measure(name))
            except UsageError as error:
                self.problem(error.code, error.message, given["columns"][1].span, error.help)
        if subject is None or len(columns) < len(names):
            return None
        return TableQuestion(
            subject=subject, columns=tuple(columns), title=title, about=subject.name, **common
        )

    # Settings, of the key or of one question

    def policy(self, given: Fields) -> Policy:
        merged = {**self.top, **given}
        accept = []
        for key in self.list_of(merged, "accept"):
            try:
                accept.append(convention(key.lower()).key)
            except UsageError as error:
                self.problem(error.code, error.message, merged["accept"][1].span, error.help)
        order = self.words(merged, "order") or "hwc"
        if order not in _ORDERS:
            fact = f'no order "{order[:20]}"'
            self.problem("E48", fact, merged["order"][1].span, f"one of {', '.join(_ORDERS)}")
        return Policy(
            self.tolerance(merged),
            tuple(accept),
            order,
            {**self.partial(self.top), **self.partial(given)},
            self.share(merged, "truncated", Fraction(1)),
            self.flag(merged, "follow_through", True),
        )

    def tolerance(self, merged: Fields) -> Tolerance:
        digits = self.whole(merged, "digits", 2)
        relative, significant = None, None
        known = ("rel", "sigfigs")
        node = merged["tolerance"][1] if "tolerance" in merged else None
        for key, value in self.pairs(node, "tolerance"):
            text = value.text if isinstance(value, Scalar) else ""
            share = _number(text)
            if key.text not in known:
                self.unknown(key, known)
            elif share is None or share <= 0 or (key.text == "rel" and share >= 1):
                fact = f'"{text[:20]}" is no tolerance'
                self.problem("E22", fact, value.span, "{rel: 0.01} or {sigfigs: 3}")
            elif key.text == "rel":
                relative = share
            else:
                significant = int(share)
        return Tolerance(digits, relative, significant)

    def partial(self, given: Fields) -> dict[str, Fraction]:
        found: dict[str, Fraction] = {}
        for key, node in self.pairs(given.get("partial", (None, None))[1], "partial"):
            share = _number(node.text) if isinstance(node, Scalar) else None
            if key.text.upper() not in SLIPS:
                try:
                    slip(key.text)
                except UsageError as error:
                    self.problem(error.code, error.message, key.span, error.help)
            elif share is None or not 0 <= share <= 1:
                fact = f"the share for {key.text} is a number from 0 to 1"
                self.problem("E22", fact, node.span, f"{key.text}: 0.5")
            else:
                found[key.text.upper()] = share
        return found

    def points(self, given: Fields) -> Fraction:
        text = self.words(given, "points") or "1"
        found = _number(text)
        if found is None or found < 0 or found > 10_000:
            self.problem(
                "E22", f'"{text[:20]}" are no points', given["points"][1].span, "points: 2"
            )
            return Fraction(0)
        return found

    def share(self, given: Fields, key: str, default: Fraction) -> Fraction:
        text = self.words(given, key)
        if not text:
            return default
        found = {"full": Fraction(1), "none": Fraction(0)}.get(text, _number(text))
        if found is None or not 0 <= found <= 1:
            self.problem("E22", f"{key} is a share from 0 to 1", given[key][1].span, f"{key}: 0.5")
            return default
        return found

    def whole(self, given: Fields, key: str, default: int) -> int:
        merged = {**self.top, **given}
        text = self.words(merged, key)
        if not text:
            return default
        found = _number(text)
        if found is None or found.denominator != 1 or not 1 <= found <= 10**6:
            fact = f'{key} is a whole number above 0, not "{text[:20]}"'
            self.problem("E22", fact, merged[key][1].span, f"{key}: 2")
            return default
        return int(found)

    def dtype(self, given: Fields) -> str:
        merged = {**self.top, **given}
        text = self.words(merged, "dtype") or "float32"
        try:
            return Settings(dtype=text).dtype
        except UsageError as error:
            self.problem(error.code, error.message, merged["dtype"][1].span, ", ".join(DTYPES))
            return "float32"

    def flag(self, given: Fields, key: str, default: bool) -> bool:
        merged = {**self.top, **given}
        text = self.words(merged, key).lower()
        if not text:
            return default
        if text not in ("true", "false", "yes", "no"):
            self.problem("E22", f"{key} is true or false", merged[key][1].span, f"{key}: true")
        return text in ("true", "yes")

    def convention_of(self, given: Fields) -> str:
        merged = {**self.top, **given}
        text = self.words(merged, "convention").lower() or "macs"
        if text not in CONVENTIONS:
            try:
                convention(text)
            except UsageError as error:
                self.problem(error.code, error.message, merged["convention"][1].span, error.help)
            return "macs"
        return text

    def list_of(self, given: Fields, key: str) -> list[str]:
        if key not in given:
            return []
        node = given[key][1]
        if isinstance(node, Scalar):
            return [part.strip() for part in node.text.split(",") if part.strip()]
        if isinstance(node, tree.Sequence):
            return [item.text for item in node.items if isinstance(item, Scalar)]
        self.problem("E22", f"{key} is a list", node.span, f"{key}: [macs]")
        return []


def _positions(analysis: Analysis, name: str) -> tuple[int, ...]:
    """Return where the layer of a name is, or the layers of a block."""
    return tuple(
        i
        for i, node in enumerate(analysis.nodes)
        if node.name == name or node.name.startswith(f"{name}.")
    )


def _number(text: str) -> Fraction | None:
    if not re.fullmatch(r"\d{1,9}(\.\d{1,9})?|\d{1,6}/[1-9]\d{0,5}", text.strip()):
        return None
    found: Any = exact_number(text.strip())
    return Fraction(0) if found is None else Fraction(found)
