"""A note from top to bottom: which nets are in scope where, and what is claimed about them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import islice

from ...analysis import walk
from ...errors import ArchcalcError, Problem, Source, SpecError, UsageError
from ...expansion import expand
from ...readers import zoo
from ..answers.base import clean
from ..answers.files import LARGEST_FILE
from ..measures import Subject
from ..numerals.page import LONGEST
from .arithmetic import chains, judged
from .claims import JUDGED, UNCLEAR, Checked, Claim
from .elements import Fence, Marker, NotedTable, Prose
from .judgement import Judge
from .lexing import sentences
from .markdown import elements
from .pieces import masked, pieces
from .scope import Net, Scope
from .sentences import Unclear, found_in, meant
from .specs import Note, scope_of
from .tables import claims_of

MOST_BLOCKS = 300
MOST_CLAIMS = 10_000
MOST_LAYERS = 200_000  # of all specs of a note
_NOTHING = Scope(())


@dataclass(frozen=True)
class _Lead:
    """What a line that ends in a colon announces for the list below it."""

    subject: Subject
    indent: int
    is_item: bool


def check_notes(text: str, name: str) -> Checked:
    """Check the claims of a note; ``name`` is what to call it.

    Errors: :class:`SpecError` with every mistake in the specs of the note, each with its place;
    :class:`UsageError` (E44) for more than 1 MiB.
    """
    if len(text) > LARGEST_FILE:
        raise UsageError("E44", f"{name} is larger than 1 MiB", "a file for each part")
    text = clean(text).removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    reader = _Reader(text, name)
    found = list(islice(reader.claims(), MOST_CLAIMS + 1))
    if len(found) > MOST_CLAIMS:
        fact = f"from here on nothing is checked: more than {MOST_CLAIMS:,} claims"
        found[-1] = Claim(found[-1].line, "", "", "", "", UNCLEAR, (fact,), True)
    claims = sorted(found, key=lambda claim: claim.line)
    if reader.problems:
        raise SpecError(reader.problems[:20])
    return Checked(name, tuple(claims), reader.specs)


class _Reader:
    def __init__(self, text: str, name: str) -> None:
        self.note = Note(Source(name, text))
        self.blocks = 0
        self.zoo: dict[str, Net] = {}
        self.judge = Judge()
        self.problems: list[Problem] = []
        self.scope = _NOTHING
        self.level = self.home = 0  # of the heading above, and of that above the block
        self.default: Subject | None = None
        self.lead: _Lead | None = None
        self.specs, self.room = 0, MOST_LAYERS

    def claims(self) -> Iterator[Claim]:
        for element in elements(self.note.source.original):
            if isinstance(element, Fence):
                self.fence(element)
            elif isinstance(element, Marker):
                yield from self.marker(element)
            elif isinstance(element, NotedTable):
                if not element.ignored:
                    yield from self.table(element)
            elif element.level:
                self.heading(element)
            elif not element.ignored:
                yield from self.prose(element)

    def fence(self, block: Fence) -> None:
        if block.info.split()[:1] != ["archcalc"] or self.room < 0:
            return
        self.scope, self.home = _NOTHING, self.level
        self.default = self.lead = None
        self.blocks += 1
        if self.blocks > MOST_BLOCKS:
            fact = f"more than {MOST_BLOCKS} blocks with specs"
            self.problems.append(self.note.problem(block.line, "E44", fact, "split the note"))
            self.room = -1
            return
        try:
            self.scope = scope_of(block.lines, block.line, self.note, self.room)
        except SpecError as error:
            self.problems += error.problems[: 20 - len(self.problems)]
            if error.code == "E44":
                self.room = -1
        self.specs += len(self.scope.nets)
        self.room -= sum(len(net.analysis.nodes) for net in self.scope.nets)

    def heading(self, heading: Prose) -> None:
        self.level = heading.level
        self.default = self.lead = None
        if heading.level <= self.home:
            self.scope = _NOTHING
        self.default = self.announced(heading.text)

    def announced(self, text: str) -> Subject | None:
        """Return the net or layer that a text names, where it says nothing else."""
        if not self.scope.nets or len(text) > 200:
            return None
        found = pieces(masked(text.rstrip(" \n:"), self.scope))
        if len(found) != 1 or found[0].strange or found[0].has_number:
            return None
        try:
            return meant(found[0].mentions, self.scope)
        except Unclear:
            return None

    # Prose

    def prose(self, prose: Prose) -> Iterator[Claim]:
        lead = self.lead
        if lead is not None:
            below = prose.indent > lead.indent or (prose.is_item and not lead.is_item)
            lead = self.lead = lead if below else None
        default = lead.subject if lead is not None else self.default
        if prose.text.rstrip().endswith((":", "：")) or (prose.is_item and len(prose.text) < 60):
            subject = self.announced(prose.text)
            if subject is not None:
                self.lead = _Lead(subject, prose.indent, prose.is_item)
        for start, said in sentences(prose.text):
            yield from self.sentence(said, start, prose, default)

    def sentence(
        self, said: str, start: int, prose: Prose, default: Subject | None
    ) -> Iterator[Claim]:
        if not any(char.isdecimal() for char in said):
            return
        if len(said) > LONGEST:
            fact = f"a sentence of more than {LONGEST:,} characters"
            yield Claim(prose.line(start), said[:80], "", "", "", UNCLEAR, (fact,))
            return
        taken: list[tuple[int, int]] = []
        if self.scope.nets and not prose.is_quoted:
            for one in found_in(said, 0, self.scope, self.judge, default):
                line = prose.line(start + one.start)
                yield _at(one.claim, line)
                if one.claim.verdict in JUDGED:
                    taken.append((one.start, one.end))
        for chain in chains(said):
            if not any(first < chain.end and chain.start < last for first, last in taken):
                text = " ".join(chain.text.split())
                claim = judged(chain, prose.line(start + chain.start), text[:200])
                if claim is not None:
                    yield claim

    # Tables and comments

    def table(self, table: NotedTable) -> Iterator[Claim]:
        taken: set[tuple[int, str]] = set()
        lead = self.lead.subject if self.lead is not None else self.default
        if self.scope.nets:
            for claim in claims_of(table, self.scope, self.judge, lead):
                yield claim
                if claim.verdict in JUDGED:
                    taken.add((claim.line, claim.text.rpartition(" | ")[2]))
        for line, row in zip((table.line, *table.lines), (table.head, *table.rows), strict=True):
            for cell in row:
                if (line, cell.strip()) in taken:
                    continue
                for chain in chains(cell):
                    found = judged(chain, line, " ".join(chain.text.split())[:200])
                    if found is not None:
                        yield found

    def marker(self, marker: Marker) -> Iterator[Claim]:
        """Yield the claims of a comment, which may name a net of the zoo by itself."""
        for part in marker.text.split(";"):
            said = " ".join(part.split())
            if said:
                yield from self.marked(said, marker.line)

    def marked(self, said: str, line: int) -> Iterator[Claim]:
        try:
            scope, text = self.named(said)
        except ArchcalcError as error:
            problem = Problem(
                error.code, f"in a comment, line {line}: {error.message}", None, error.help
            )
            self.problems.append(problem)
            return
        found = [one.claim for one in found_in(text, line, scope, self.judge, None, True)]
        if not found:
            made = (judged(chain, line, said, True) for chain in chains(text))
            found = [claim for claim in made if claim is not None]
        if not found:
            reason = "no quantity and number are understood" if scope.nets else "no spec above it"
            yield Claim(line, said[:200], "", "", "", UNCLEAR, (reason,), True)
        yield from (_at(claim, line) for claim in found)

    def named(self, said: str) -> tuple[Scope, str]:
        """Return the scope of a comment, and its text without ``zoo:``."""
        words = said.split()
        name = next((word for word in words if word.startswith("zoo:")), "")
        if not name:
            return self.scope, said
        bare, _, part = name.removeprefix("zoo:").partition("/")
        if bare not in self.zoo:
            self.zoo[bare] = Net(bare, walk(expand(zoo.spec(bare, "hwc", False))))
        return Scope([self.zoo[bare]]), " ".join(words).replace(name, f"{bare}/{part}".rstrip("/"))


def _at(claim: Claim, line: int) -> Claim:
    return replace(claim, line=line)
