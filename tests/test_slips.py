"""Every slip gives exactly its reference value, and no other slip does unless it says so."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archcalc.analysis import Settings, walk
from archcalc.homework.candidates import Candidates
from archcalc.homework.diagnosis import Diagnosis
from archcalc.homework.measures import Subject, measure
from archcalc.homework.numerals import number, sizes
from archcalc.homework.precision import fits
from archcalc.homework.slips import SLIPS, MarkSlip, every_way
from archcalc.homework.slips.base import Example
from archcalc.homework.slips.term import term_of
from archcalc.layers.base import Contraction, ordered
from archcalc.readers import read

from nets import NETS

EXAMPLES = [(id, example) for id in SLIPS for way in every_way(id) for example in way.examples]
TOLD_ELSEWHERE = {"A02", "A03"}  # of a batch, of a table: tested below and in test_marking.py


def subject_of(spec: str, of: str = "", **options: object) -> Subject:
    analysis = walk(read(spec), Settings(**options))  # type: ignore[arg-type]
    if not of:
        return Subject(analysis, tuple(range(len(analysis.nodes))), "net")
    return Subject(analysis, (analysis.position(of),), of, is_whole=False)


def found_for(example: Example) -> list[str]:
    diagnosis = Diagnosis(subject_of(example.spec, example.of), measure(example.ask))
    if example.ask == "output":
        read_sizes = sizes(example.gives)
        findings = diagnosis.of_shape(
            read_sizes, lambda shape: list(ordered(shape, "hwc")) == list(read_sizes.values)
        )
    else:
        findings = diagnosis.of_number(number(example.gives).final)
    return [one.tag for one in findings]


def test_the_catalogue_is_whole() -> None:
    counts = {letter: sum(id[0] == letter for id in SLIPS) for letter in "SPOFA"}
    assert counts == {"S": 17, "P": 14, "O": 18, "F": 7, "A": 3}
    missing = {id for id in SLIPS if not any(way.examples for way in every_way(id))}
    assert missing == TOLD_ELSEWHERE
    defaults = {id: one.fraction for id, one in SLIPS.items() if one.fraction}
    half, three_quarters = Fraction(1, 2), Fraction(3, 4)
    expected = {"P01": half, "O01": half, "O08": half, "S04": three_quarters, "O12": Fraction(1)}
    assert defaults == expected


@pytest.mark.parametrize(("id", "example"), EXAMPLES, ids=lambda one: getattr(one, "gives", one))
def test_a_slip_gives_its_reference_value_and_no_other_slip_does(id: str, example: Example) -> None:
    found = found_for(example)
    assert id in found
    allowed = {id, *SLIPS[id].collides}
    assert set(found) <= allowed


@pytest.mark.parametrize(
    ("spec", "ask", "text", "tag"),
    [
        ("300x300x3 | conv 5x5x100", "params", "2,501", "P02 + P03"),  # a quiz's distractor
        ("224x224x3 | conv 7x7x64 s2 pad 3", "macs", "236.0M", "O01"),
        ("14x14x480 | conv 5x5x48 pad 2", "macs", "45,158,400", "O07 + O01"),
        ("14x14x480 | conv 5x5x48 pad 2", "macs", "19.2K", ""),  # two digits off any slip
        ("32x32x3 | conv 5x5x6 | maxpool 2x2 s2 | conv 5x5x16", "params", "2,850", "P01"),
        ("27x27x96 | conv 5x5x256 pad 2 groups 2", "params", "307,200", "P01"),
    ],
)
def test_pairs_and_ordinary_problems(spec: str, ask: str, text: str, tag: str) -> None:
    findings = Diagnosis(subject_of(spec), measure(ask)).of_number(number(text).final)
    assert [one.tag for one in findings][:1] == ([tag] if tag else [])


def test_other_conventions_are_named_as_such() -> None:
    subject = subject_of("resnet18")
    value = measure("thop").value(subject)
    (told,) = Diagnosis(subject, measure("macs")).of_number(number(f"{value:,}").final)
    assert told.convention is not None
    assert told.convention.key == "thop"
    assert "thop" in told.lines[0]


def test_a_batch_is_forgotten() -> None:
    subject = subject_of("32x32x3 | conv 3x3x8 pad 1", batch=16)
    findings = Diagnosis(subject, measure("memory")).of_number(number("32,768 bytes").final)
    assert [one.tag for one in findings] == ["A02"]
    assert "batch 16" in findings[0].lines[0]


@pytest.mark.parametrize("spec", [net.text for net in NETS.values()], ids=list(NETS))
def test_a_term_is_what_the_layer_counts(spec: str) -> None:
    subject = subject_of(spec)
    for place in subject.places:
        facts = term_of(place).facts(place)
        assert facts.macs == place.facts.macs
        assert facts.params == place.facts.params
        if isinstance(place.layer, Contraction):
            assert term_of(place).counted is not None


@settings(deadline=None, max_examples=60)
@given(
    side=st.integers(5, 40),
    depth=st.integers(1, 40),
    kernel=st.integers(1, 5),
    filters=st.integers(1, 64),
    stride=st.integers(1, 3),
    pad=st.integers(0, 2),
    ask=st.sampled_from(["params", "macs", "output", "size", "units", "receptive_field"]),
)
def test_no_candidate_is_the_right_answer(
    side: int, depth: int, kernel: int, filters: int, stride: int, pad: int, ask: str
) -> None:
    spec = f"{side}x{side}x{depth} | conv {kernel}x{kernel}x{filters} s{stride} pad {pad} | relu"
    candidates = Candidates(subject_of(spec), measure(ask))
    known = [*candidates.singles, *candidates.numbers(0), *candidates.pairs]
    assert all(candidate.value != candidates.right for candidate in known)
    assert all(slip.id in SLIPS for candidate in known for slip in candidate.slips)
    if isinstance(candidates.right, int) and candidates.right > 1000:
        exact = number(str(candidates.right)).final
        assert not any(fits(exact, c.value) for c in known if isinstance(c.value, int | Fraction))


def test_slips_found_by_marking_alone_have_no_formula() -> None:
    assert [id for id, one in SLIPS.items() if isinstance(one, MarkSlip)] == ["A03"]
