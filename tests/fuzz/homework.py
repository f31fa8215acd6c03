"""Mutated homework: every file ends in marks that every format renders, or in an ArchcalcError.

python tests/fuzz/homework.py --runs 100000 [--seed 7] [--jobs 2]
python tests/fuzz/homework.py --seed 7 --case 123    (that one case, printed, with its traceback)

A case is a file of answers, or a key (one in twenty); it depends on its seed and number only.
Of the failures, the first of each place is printed.
"""

from __future__ import annotations

import argparse
import csv
import functools
import io
import json
import multiprocessing
import os
import random
import re
import signal
import sys
import time
import traceback
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
sys.path.insert(1, str(Path(__file__).resolve().parent))

import sheets
from fuzz import Wrong, _limited, check_error, check_text

from archcalc.errors import ArchcalcError
from archcalc.homework.answers import read_text
from archcalc.homework.answers.files import decoded
from archcalc.homework.key import Key, key_of
from archcalc.homework.marking import Class, Failed, Marked, mark
from archcalc.homework.pages import class_page, key_page, report_page, sheet_page
from archcalc.homework.questions import Mark, Verdict
from archcalc.homework.results import GRADERS, results_text
from archcalc.renderers import formats, render
from archcalc.table import Page

SECONDS = 10.0  # the watchdog: nobody waits longer for one file
KEYS = 0.05  # of the cases are keys
MOST_SHEETS = 3  # of one file are rendered
TAG = re.compile(
    r"</?(?:div|table|caption|thead|tbody|tr|th|td|p|small|pre|h3|h4|dl|dt|dd|code)"
    r'(?: class="archcalc"| scope="(?:col|row)")?(?: style="text-align:right")?>'
)


@dataclass(frozen=True)
class Case:
    """A file: its text or its bytes and its ending; ``.key`` is a key.

    ``encoding`` is what the reader is told about bytes.
    """

    data: str | bytes
    suffix: str
    encoding: str = ""


def case(seed: int, number: int) -> Case:
    """Return a case by its seed and number."""
    rng = random.Random(f"homework {seed} {number}")
    if rng.random() < KEYS:
        return Case(sheets.key(rng), ".key")
    if rng.random() < 0.02:
        return Case(*sheets.monster(rng))
    text, suffix = sheets.sheet(rng)
    for _ in range(rng.choice((0, 1, 1, 2, 3, 8))):
        text = sheets.spoiled(rng, text)
    if rng.random() < 0.1 and suffix != ".ipynb":
        other, _ = sheets.sheet(rng)
        cut = rng.randrange(len(text) + 1)
        text = text[:cut] + other[rng.randrange(len(other) + 1) :]
    if rng.random() < 0.75:
        return Case(text, suffix)
    return _encoded(rng, text, suffix)


def _encoded(rng: random.Random, text: str, suffix: str) -> Case:
    """Return a case of bytes, some of them spoiled."""
    codec = rng.choice(("utf-8", "utf-8", "cp949", "utf-16", "utf-8-sig", "latin-1"))
    data = bytearray(text.encode(codec, "replace"))
    for _ in range(rng.choice((0, 0, 1, 3))):
        if data:
            data[rng.randrange(len(data))] = rng.randrange(256)
    return Case(bytes(data), suffix, codec if rng.random() < 0.6 else "")


# Marking


@functools.cache
def rich_key() -> Key:
    """Return the key that all sheets are marked against."""
    return key_of(sheets.KEY, "fuzz.key.yaml")


def run(one: Case, number: int) -> str:
    """Return how a case ended; raise where it ended in neither marks nor a clean error."""
    try:
        text = one.data
        if isinstance(text, bytes):
            text = decoded(text, f"kim{one.suffix}", one.encoding)
        if one.suffix == ".key":
            key = key_of(text, "fuzz.key.yaml")
            check_page(key_page(key))
            read = read_text("1: 3\n3 = 112.9M\n", ".txt", key.ids, "kim.txt")
        else:
            key = rich_key()
            read = read_text(text, one.suffix, key.ids, f"<b>kim|`{one.suffix}")
    except ArchcalcError as error:
        check_error(error)
        failed = Failed("<i>lee|`.md", error)
        check_class(Class(rich_key(), (), (failed,)), number)
        return error.code
    marked = tuple(mark(key, sheet) for sheet in read)
    for sheet in marked:
        check_marks(sheet)
    found = Class(key, marked[:MOST_SHEETS])
    check_class(found, number)
    for sheet in found.sheets:
        for grader in GRADERS:
            check_result(json.loads(results_text(key, sheet, grader)), key)
    return "key" if one.suffix == ".key" else "marks"


def check_marks(marked: Marked) -> None:
    """Every mark has a verdict and points that agree with it."""
    for one in marked.marks:
        most = one.question.points
        if not isinstance(one.verdict, Verdict) or not 0 <= one.score <= most:
            raise Wrong(f"marks: {one.score} of {most}, {one.verdict}")
        if one.verdict is Verdict.RIGHT and one.score != most:
            raise Wrong(f"right and not full: {one.score} of {most}")
        if one.verdict is Verdict.PARTLY and one.score == most > 0:
            raise Wrong(f"partly and full: {one.score} of {most}")
        if one.verdict is Verdict.MISSING and one.score:
            raise Wrong(f"missing and {one.score} points")
        if one.verdict is Verdict.UNREADABLE and not (one.problem and one.lines):
            raise Wrong("unreadable without a reason")
        check_reading(one)


def check_reading(one: Mark) -> None:
    """What is said fits on a page."""
    longest = max((len(line) for line in (*one.lines, one.given, one.problem)), default=0)
    if longest > 20_000 or len(one.lines) > 200:
        raise Wrong(f"feedback without end: {longest} characters, {len(one.lines)} lines")


# Pages


def check_class(found: Class, number: int) -> None:
    """Every page of marks renders in every format, with hints and without."""
    check_page(sheet_page(found))
    check_page(class_page(found))
    check_page(report_page(found))
    if number % 8 == 0:
        bare = Class(found.key, tuple(one.without_hints() for one in found.sheets), found.failed)
        check_page(sheet_page(bare))


def check_page(page: Page) -> None:
    """A page renders in every format, and nothing of the student's is markup or a command."""
    for name in formats():
        for width in (40, 80) if name == "table" else (0,):
            text = render(page, name, width=width)
            text.encode()
            CHECKS[name](text)


def check_terminal(text: str) -> None:
    """Nothing moves the cursor or turns the direction of writing."""
    check_text(text)
    bad = re.search("[\u200e\u200f\u202a-\u202e\u2066-\u2069\u2028\u2029\ufeff]", text)
    if bad:
        raise Wrong(f"a mark of direction {bad[0]!r} in what is printed")


def check_html(text: str) -> None:
    """There are no tags but our own, and they are closed."""
    rest = TAG.sub("", text)
    if re.search(r"[<>\"']", rest):
        raise Wrong(f"a tag that is not ours: {re.search('.{,20}[<>].{,20}', rest)}")
    for name in ("table", "tr", "td", "th", "dl", "dd", "p", "pre", "code"):
        if len(re.findall(f"<{name}[ >]", text)) != text.count(f"</{name}>"):
            raise Wrong(f"{name} is not closed")


def check_markdown(text: str) -> None:
    """Outside of code nothing is markup but our own; rows have as many cells as their heads."""
    wide = 0
    for line in text.split("\n"):
        if line.startswith("    "):
            continue
        if re.search(r"[<>]|(?<!\\)(?:\\\\)*(?:~|\$|\]\()", line):
            raise Wrong(f"markup: {line[:200]!r}")
        bars = len(re.findall(r"(?<!\\)(?:\\\\)*\|", line))
        if line.startswith("|"):
            if wide and bars != wide:
                raise Wrong(f"a row with {bars} bars under one with {wide}: {line[:200]!r}")
            wide = bars
        elif bars:
            raise Wrong(f"a bar outside of a table: {line[:200]!r}")
        else:
            wide = 0


def check_csv(text: str) -> None:
    """No cell is a formula, and all rows are as long."""
    rows = list(csv.reader(io.StringIO(text, newline="")))
    if len({len(row) for row in rows}) > 1:
        raise Wrong("rows of different lengths in the csv")
    for cell in (cell for row in rows for cell in row):
        if re.match(r"[=+@\t\r\n＝＋－＠]|-(?!\d+(\.\d+)?$)", cell):
            raise Wrong(f"a formula in the csv: {cell[:80]!r}")


def check_latex(text: str) -> None:
    """No command but our own, no comment after the first lines, braces and formulas closed."""
    check_terminal(text)
    body = text.partition("\n\n")[2]  # the first lines name packages and define a glyph
    wrong = set(re.findall(r"\\([A-Za-z]+)", body)) - COMMANDS
    if wrong:
        raise Wrong(f"commands that are not ours: {sorted(wrong)}")
    plain = re.sub(r"\\.", "", body)
    bad = re.search(".{,40}[%#^]", re.sub(r"\$[^$]*\$", "", plain))
    if bad:
        raise Wrong(f"a character that LaTeX takes for itself: {bad[0]}")
    if plain.count("{") != plain.count("}") or plain.count("$") % 2:
        raise Wrong("braces or formulas that are not closed")


_COMMANDS = """
archcalcglyph allowbreak begin bottomrule caption cdot centering char end footnotesize
frac geq hspace item label left lfloor linebreak linewidth longtable mbox medskip midrule
mu n newline noindent par pm raggedright rfloor right scriptsize setlength shortstack small
smallskip
tabcolsep tabularnewline textasciicircum textasciigrave textasciitilde textbackslash textbar
textbf textgreater textit textless textquotedbl textquotesingle textsuperscript texttt
times tiny toprule ttfamily vspace
"""
COMMANDS = set(_COMMANDS.split())

CHECKS = {
    "csv": check_csv,
    "html": check_html,
    "json": json.loads,
    "latex": check_latex,
    "markdown": check_markdown,
    "plain": check_terminal,
    "table": check_terminal,
}


def check_result(found: dict[str, object], key: Key) -> None:
    """A grader's file has a test for each question and points that are numbers."""
    tests = found["tests"]
    assert isinstance(tests, list)
    if len(tests) != len(key.questions) or not isinstance(found["score"], float):
        raise Wrong("a result file with other questions")
    for test in tests:
        check_terminal(test["output"])
        if "description" not in test:  # PrairieLearn escapes what it shows
            check_markdown(test["output"])


# The program


class Hang(BaseException):
    """The watchdog's: nothing in the program may catch it."""


def _ring(*_: object) -> None:
    raise Hang


@dataclass
class Report:
    """Counts by outcome, the first failure of each place, the slowest case."""

    counts: Counter[str] = field(default_factory=Counter)
    failures: dict[str, tuple[int, str]] = field(default_factory=dict)
    slowest: tuple[float, int] = (0.0, 0)

    def add(self, other: Report) -> None:
        self.counts += other.counts
        for place, failure in other.failures.items():
            self.failures.setdefault(place, failure)
        self.slowest = max(self.slowest, other.slowest)

    def text(self) -> str:
        total = sum(self.counts.values())
        rows = sorted(self.counts.items(), key=lambda row: (row[0] != "marks", row[0]))
        lines = [f"{name:18}{count:9,}  {count / total:7.2%}" for name, count in rows]
        slowest = f"slowest: case {self.slowest[1]}, {self.slowest[0]:.2f} s"
        return "\n".join([*lines, f"{'cases':18}{total:9,}", slowest])


def cases(seed: int, numbers: Iterable[int]) -> Report:
    """Run the cases of these numbers here."""
    report = Report()
    rich_key()
    signal.signal(signal.SIGALRM, _ring)
    for number in numbers:
        one = case(seed, number)
        started = time.perf_counter()
        signal.setitimer(signal.ITIMER_REAL, SECONDS)
        try:
            outcome = run(one, number)
        except (Exception, Hang) as error:
            signal.setitimer(signal.ITIMER_REAL, 0)
            outcome = type(error).__name__
            details = "".join(traceback.format_exception(error))[-3000:]
            report.failures.setdefault(_place(error), (number, details))
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
        report.counts[outcome] += 1
        report.slowest = max(report.slowest, (time.perf_counter() - started, number))
    return report


def _place(error: BaseException) -> str:
    """Return where it failed, in one line."""
    if isinstance(error, Wrong):
        return f"Wrong: {re.split('[:{0-9]', str(error))[0]}"
    frames = traceback.extract_tb(error.__traceback__)
    last = ([frame for frame in frames if "archcalc" in frame.filename] or frames)[-1]
    return f"{type(error).__name__} at {Path(last.filename).name}:{last.lineno}"


def _work(task: tuple[int, range]) -> Report:
    return cases(*task)


def main() -> int:
    """Fuzz, say what came out, and keep what failed."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--runs", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=None)
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--case", type=int, default=None)
    given = parser.parse_args()
    seed = random.SystemRandom().randrange(10**6) if given.seed is None else given.seed
    if given.case is not None:
        one = case(seed, given.case)
        print(ascii(one))
        print(run(one, given.case))
        return 0
    started = time.monotonic()
    report = Report()
    tasks = [(seed, range(at, min(at + 100, given.runs))) for at in range(0, given.runs, 100)]
    with multiprocessing.get_context("fork").Pool(given.jobs, _limited) as pool:
        for part in pool.imap_unordered(_work, tasks):
            for place, (number, _) in part.failures.items():
                if place not in report.failures:
                    print(f"{place}: --seed {seed} --case {number}", file=sys.stderr, flush=True)
            report.add(part)
    print(report.text())
    print(f"seed {seed}, {given.jobs} jobs, {time.monotonic() - started:.0f} s")
    for place, (number, details) in report.failures.items():
        print(f"\n{place}: --seed {seed} --case {number}\n{ascii(case(seed, number))[:500]}")
        print(details.encode("ascii", "backslashreplace").decode())
    return int(bool(report.failures))


if __name__ == "__main__":
    sys.exit(main())
