"""A quiz drawn by a seed: which questions, in which order, with which answers to choose from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from random import Random
from textwrap import dedent

from ...errors import UsageError
from ..key import Key, key_of
from ..measures.places import windows_of
from ..questions import NumberQuestion, Question
from .asks import Ask
from .choices import Choice, Distractors, shuffled
from .nets import Net, net_of
from .pool import pool
from .variation import varied
from .writing import key_text

MOST_QUESTIONS = 100
MOST_CHOICES = 8
_SINGLE = ("jump", "padding", "ratio")  # kinds that are asked once: slips say nothing of them


@dataclass(frozen=True)
class Item:
    """A question of a quiz: as the key has it, in words, and the answers to choose from.

    ``words`` are plain text and code in turn. Without choices it is open, and ``why_open`` says
    why.
    """

    question: Question
    words: tuple[str, ...]
    choices: tuple[Choice, ...]
    why_open: str = ""

    @property
    def text(self) -> str:
        """The question in words."""
        return "".join(self.words)

    @property
    def answer(self) -> str:
        """The right answer."""
        return self.question.expected_text()

    @property
    def working(self) -> tuple[str, ...]:
        """The worked steps to the right answer, as lines."""
        asked = self.question
        if isinstance(asked, NumberQuestion) and asked.measure.key == "padding":
            span = windows_of(asked.subject)[0].span
            return (f"n + 2*p - {span} + 1 = n, so p = ({span} - 1) / 2 = {self.answer}",)
        return tuple(dedent("\n".join(asked.working())).splitlines())

    @property
    def letter(self) -> str:
        """The letter of the right answer; empty where the question is open."""
        right = (i for i, choice in enumerate(self.choices) if choice.is_right)
        return next((letter_of(i) for i in right), "")


@dataclass(frozen=True)
class Quiz:
    """One student's quiz; ``key_text`` is the key that marks it."""

    seed: int
    student: str
    nets: tuple[Net, ...]
    items: tuple[Item, ...]
    key_text: str
    key: Key
    is_varied: bool = False


def letter_of(place: int) -> str:
    """Return the letter of a choice.

    >>> letter_of(0), letter_of(3)
    ('A', 'D')
    """
    return chr(ord("A") + place)


@dataclass(frozen=True)
class Material:
    """Nets and everything that can be asked about them, worked out once for all students."""

    texts: Mapping[str, str]
    layout: str = "hwc"
    known: dict[str, Distractors] = field(default_factory=dict, repr=False, compare=False)

    @cached_property
    def nets(self) -> tuple[Net, ...]:
        """The nets, read from what the key says of them."""
        return tuple(net_of(name, text) for name, text in self.texts.items())

    @cached_property
    def asks(self) -> tuple[Ask, ...]:
        """Every question about the nets. Errors: UsageError (E48) where there is none."""
        found = pool(self.nets)
        if not found:
            fact = f"nothing can be asked about {', '.join(self.texts)}"
            raise UsageError("E48", fact, "a spec with layers: '14x14x480 | conv 5x5x48 pad 2'")
        return found

    def distractors(self, ask: Ask) -> Distractors:
        """Return the wrong answers to a question with a measure."""
        if ask.topic not in self.known:
            self.known[ask.topic] = Distractors(ask, self.layout)
        return self.known[ask.topic]

    def varied(self, seed: int, student: str) -> Material:
        """Return the same nets with numbers of a student's own."""
        return Material(varied(self.texts, Random(f"{seed}:{student}:numbers")), self.layout)


def draw(
    material: Material,
    *,
    seed: int = 0,
    student: str = "",
    questions: int = 10,
    choices: int = 4,
    vary: bool = False,
) -> Quiz:
    """Return the quiz of a student: the same for the same seed, student and nets.

    There are fewer questions where no more can be asked. Errors: :class:`UsageError` (E48) for
    numbers out of range, nets that nothing can be asked about, or that ``vary`` cannot change.
    """
    if not 1 <= questions <= MOST_QUESTIONS:
        fact = f"a quiz has 1 to {MOST_QUESTIONS} questions, not {questions}"
        raise UsageError("E48", fact, "--questions 10")
    if choices != 0 and not 2 <= choices <= MOST_CHOICES:
        fact = f"a question has 2 to {MOST_CHOICES} choices, or 0 where it is open; not {choices}"
        raise UsageError("E48", fact, "--choices 4")
    own = material.varied(seed, student) if vary else material
    drawing = _Drawing(own, Random(f"{seed}:{student}"), questions, choices)
    asks = drawing.asks()
    title = f"Quiz for {student}" if student else "Quiz"
    text = key_text(title, own.texts, asks, own.layout)
    key = key_of(text, "quiz.key.yaml")
    items = tuple(
        drawing.item(ask, question) for ask, question in zip(asks, key.questions, strict=True)
    )
    return Quiz(seed, student, own.nets, items, text, key, own.texts != material.texts)


class _Drawing:
    """The state of one draw: what is taken so far, and the choices drawn for it."""

    def __init__(self, material: Material, rng: Random, count: int, choices: int) -> None:
        self.material, self.rng, self.count, self.choices = material, rng, count, choices
        self.taken: list[Ask] = []
        self.drawn: dict[str, tuple[Choice, ...]] = {}

    def asks(self) -> list[Ask]:
        """Take a question of the kind that there are fewest of, open ones only where needed."""
        families: dict[str, list[Ask]] = {}
        for ask in shuffled(self.material.asks, self.rng):
            families.setdefault(ask.family, []).append(ask)
        turns = shuffled(sorted(families), self.rng)
        turns.sort(key=lambda family: family != "ratio")  # it needs room for its parts
        for is_strict in (True, False):
            left = {family: list(families[family]) for family in turns}
            while len(self.taken) < self.count and any(left.values()):
                family = min((one for one in turns if left[one]), key=self._number_of)
                self._take_one(left[family], is_strict)
        order = shuffled(self.taken, self.rng)
        return sorted(order, key=lambda ask: bool(ask.parts))

    def _number_of(self, family: str) -> int:
        return sum(one.family == family for one in self.taken)

    def _take_one(self, asks: list[Ask], is_strict: bool) -> None:
        while asks:
            ask = asks.pop(0)
            if self._may_take(ask, is_strict):
                self.taken += [*(one for one in ask.parts if not self._has(one)), ask]
                return

    def _may_take(self, ask: Ask, is_strict: bool) -> bool:
        missing = 1 + sum(not self._has(part) for part in ask.parts)
        if self._has(ask) or len(self.taken) + missing > self.count:
            return False
        if ask.is_easy and any(one.is_easy for one in self.taken):
            return False
        if not is_strict:
            return True
        if ask.family in _SINGLE:
            return not any(one.family == ask.family for one in self.taken) and self._has_room()
        return bool(self._choices(ask)) or self.choices == 0

    def _has_room(self) -> bool:
        """Tell whether another open question is few enough beside the others."""
        several = [one for one in self.taken if one.family in _SINGLE]
        return self.choices == 0 or len(several) < max(1, self.count // 4)

    def _has(self, ask: Ask) -> bool:
        return any(one.topic == ask.topic for one in self.taken)

    # Choices

    def _choices(self, ask: Ask) -> tuple[Choice, ...]:
        if ask.topic not in self.drawn:
            self.drawn[ask.topic] = self._newly(ask)
        return self.drawn[ask.topic]

    def _newly(self, ask: Ask) -> tuple[Choice, ...]:
        if self.choices == 0 or ask.parts:
            return ()
        if ask.claim:
            return (Choice("true"), Choice("false"))  # which is right, the key says
        distractors = self.material.distractors(ask)
        wrong = distractors.drawn(self.choices - 1, self.rng)
        if len(wrong) < self.choices - 1:
            return ()
        return tuple(shuffled([distractors.right, *wrong], self.rng))

    def item(self, ask: Ask, question: Question) -> Item:
        """Return a question of the key as one of the quiz."""
        choices = self._choices(ask)
        if ask.claim:
            right = question.expected_text()
            choices = tuple(Choice(one.text, one.text == right) for one in choices)
        why = ""
        if not choices:
            why = "asked for" if self.choices == 0 else f"fewer than {self.choices - 1} slips"
        if not choices and ask.parts and self.choices:
            why = "a ratio of two answers"
        return Item(question, ask.words, choices, why)
