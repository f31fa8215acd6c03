"""Numbers, shapes and truth words as students write them: read exactly, or refused."""

from __future__ import annotations

import math
from fractions import Fraction

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from archcalc.homework.numerals import (
    Answer,
    Blank,
    Sizes,
    Unreadable,
    agree,
    number,
    sizes,
    truth,
)

K, M, G = 10**3, 10**6, 10**9

EXACT = [
    ("112,896,000", 112_896_000),
    ("112896000", 112_896_000),
    ("5.268.480", 5_268_480),
    ("112 896 000", 112_896_000),
    ("112\u2009896\u202f000", 112_896_000),
    ("112\u00a0896\u00a0000", 112_896_000),
    ("112'896'000", 112_896_000),
    ("112’896’000", 112_896_000),
    ("112_896_000", 112_896_000),
    ("$112{,}896{,}000$", 112_896_000),
    (r"112\,896\,000", 112_896_000),
    ("112,896", 112_896),
    ("14 480", 14_480),
    ("1억 1289만 6000", 112_896_000),
    ("526만 8480", 5_268_480),
    ("1천 2백 5", 1_205),
    ("760개", 760),
    ("60,950,432 B", 60_950_432),
    ("760개입니다.", 760),
    ("7,600.", 7_600),
    ("**760**", 760),
    ("*760*", 760),
    ("`760`", 760),
    ("= 760", 760),
    ("정답: 760", 760),
    ("params: 760 (with bias)", 760),
    ("the answer is 760 because of the bias", 760),
    ("-5", -5),
    ("−5", -5),
    ("１，２００", 1_200),
    ("conv2: 760", 760),
    ("760 (conv2 only)", 760),
    ("conv 3 = 760", 760),
    ("2. MACs = 760", 760),
]

ROUNDED = [  # text, value, half, digits, suffix, unit
    ("112.9M", 112_900_000, 50_000, 4, "M", ""),
    ("112.9 M", 112_900_000, 50_000, 4, "M", ""),
    ("112.9 MMACs", 112_900_000, 50_000, 4, "M", "MACs"),
    ("~112.9M", 112_900_000, 50_000, 4, "M", ""),
    ("≈ 112.9M", 112_900_000, 50_000, 4, "M", ""),
    ("112.9M회", 112_900_000, 50_000, 4, "M", ""),
    ("112.9M입니다", 112_900_000, 50_000, 4, "M", ""),
    ("약 112.9M", 112_900_000, 50_000, 4, "M", ""),
    ("about 112.9M", 112_900_000, 50_000, 4, "M", ""),
    ("１１２.９Ｍ", 112_900_000, 50_000, 4, "M", ""),
    ("**112.9M**", 112_900_000, 50_000, 4, "M", ""),
    ("MACs = **112.9M**", 112_900_000, 50_000, 4, "M", ""),
    ("Answer: 112.9M.", 112_900_000, 50_000, 4, "M", ""),
    (r"112.9\,\mathrm{M}", 112_900_000, 50_000, 4, "M", ""),
    (r"\approx 112.9\text{ million}", 112_900_000, 50_000, 4, "M", ""),
    (r"\boxed{112.9M}", 112_900_000, 50_000, 4, "M", ""),
    ("1.129e8", 112_900_000, 50_000, 4, "", ""),
    ("1.129E+08", 112_900_000, 50_000, 4, "", ""),
    ("1.129x10^8", 112_900_000, 50_000, 4, "", ""),
    ("1.129*10**8", 112_900_000, 50_000, 4, "", ""),
    ("1.129·10⁸", 112_900_000, 50_000, 4, "", ""),
    (r"1.129 \times 10^{8}", 112_900_000, 50_000, 4, "", ""),
    ("1.129 x 10<sup>8</sup> MACs", 112_900_000, 50_000, 4, "", "MACs"),
    ("3.8x10^6", 3_800_000, 50_000, 2, "", ""),
    ("12,4 M", 12_400_000, 50_000, 3, "M", ""),
    ("5.3 million", 5_300_000, 50_000, 2, "M", ""),
    ("5.3 mio", 5_300_000, 50_000, 2, "M", ""),
    ("1.5 Mrd", 1_500_000_000, 50_000_000, 2, "G", ""),
    ("1.5 GMac", 1_500_000_000, 50_000_000, 2, "G", "MACs"),
    ("30.7 BFLOPs", 30_700_000_000, 50_000_000, 3, "G", "FLOPs"),
    ("4.1 GFLOPs", 4_100_000_000, 50_000_000, 2, "G", "FLOPs"),
    ("4.1 GFLOP/s", 4_100_000_000, 50_000_000, 2, "G", "FLOP/s"),
    ("4.1B", 4_100_000_000, 50_000_000, 2, "G", ""),
    ("300M MAdds", 300_000_000, 500_000, 3, "M", "MACs"),
    ("300M multiply-adds", 300_000_000, 500_000, 3, "M", "MACs"),
    ("112.9M MACs/image", 112_900_000, 50_000, 4, "M", "MACs"),
    ("60M params", 60_000_000, 500_000, 2, "M", "params"),
    ("60.9백만 파라미터", 60_900_000, 50_000, 3, "", "params"),
    ("5백만", 5_000_000, 500_000, 1, "", ""),
    ("백만", 1_000_000, 500_000, 1, "", ""),
    ("3천", 3_000, 500, 1, "", ""),
    ("1억1289만6천", 112_896_000, 500, 6, "", ""),
    ("112만개", 1_120_000, 5_000, 3, "", ""),
    ("58.13 MiB", Fraction("58.13") * 2**20, Fraction("0.005") * 2**20, 4, "Mi", "bytes"),
    ("60.95 MB", 60_950_000, 5_000, 4, "M", "bytes"),
    ("60.95mb", 60_950_000, 5_000, 4, "M", "bytes"),
    ("9.5 kB", 9_500, 50, 2, "K", "bytes"),
    ("64 Mbit", 64_000_000, 500_000, 2, "M", "bits"),
    ("5.268", Fraction("5.268"), Fraction("0.0005"), 4, "", ""),
    (".5", Fraction("0.5"), Fraction("0.05"), 1, "", ""),
    ("0,125", Fraction("0.125"), Fraction("0.0005"), 3, "", ""),
    ("1,505,280.5", Fraction("1505280.5"), Fraction("0.05"), 8, "", ""),
    ("1.505.280,5", Fraction("1505280.5"), Fraction("0.05"), 8, "", ""),
    ("5%", Fraction("0.05"), Fraction("0.005"), 1, "", "percent"),
    ("21.4x", Fraction("21.4"), Fraction("0.05"), 3, "", "times"),
    ("21.4x fewer", Fraction("21.4"), Fraction("0.05"), 3, "", "times"),
    ("x21.4", Fraction("21.4"), Fraction("0.05"), 3, "", "times"),
    ("21.4 times", Fraction("21.4"), Fraction("0.05"), 3, "", "times"),
    ("21.4:1", Fraction("21.4"), Fraction("0.05"), 3, "", "times"),
    ("21.4배", Fraction("21.4"), Fraction("0.05"), 3, "", "times"),
]

EXPRESSIONS = [
    ("(14x14x48)x(5x5x480)", 112_896_000),
    ("(14x14x48)(5x5x480)", 112_896_000),
    ("14·14·48·5·5·480", 112_896_000),
    ("14 ∙ 14 ⋅ 48", 9_408),
    ("14 . 14 . 48", 9_408),
    ("14*14*48*25*480", 112_896_000),
    ("14 x14 X48", 9_408),
    ("14х14", 196),  # the Cyrillic letter
    (r"14\cdot14\times48", 9_408),
    ("14\\*14\\*48", 9_408),
    ("5*5*3*64 + 64", 4_864),
    ("(224+2*3-7)/2+1", Fraction(225, 2)),
    ("[224-7+6]/2+1", Fraction(225, 2)),
    ("⌊(224+2*3-7)/2⌋+1", 112),
    ("floor((224+2*3-7)/2)+1", 112),
    ("math.floor(111.5) + 1", 112),
    (r"\left\lfloor\frac{224+2\cdot3-7}{2}\right\rfloor+1", 112),
    (r"\dfrac{\frac12}{2}", Fraction(1, 4)),
    ("(224-7)//2 + 1", 109),
    ("ceil(112.5)", 113),
    ("5^2", 25),
    ("5**2", 25),
    ("5²", 25),
    ("10⁸", 10**8),
    ("2^-1", Fraction(1, 2)),
    ("2^3^2", 512),
    ("max(5,1)", 5),
    ("max(5, 480)", 480),
    ("min(3, 1, 2)", 1),
    ("14x14x10^2", 19_600),
    ("14x14x(10^2)", 19_600),
    ("150/7", Fraction(150, 7)),
    ("1/20", Fraction(1, 20)),
    ("½", Fraction(1, 2)),
    ("5x5x3 weights * 64 filters + 64 biases", 4_864),
    ("-(2-5)", 3),
    ("7 - -5", 12),
]

REFUSED = [  # text, what the caret is under, suggestion
    ("112 9 M", "112 9", "112.9 M"),
    ("112 9", "112 9", "112.9"),
    ("(14x14x48) x (FX5x480)", "FX5", ""),
    ("FX5x480", "FX5", ""),
    ("224 (224+2-3)/1+1=224", "224 (", ""),
    ("2(3+4)", "2(", ""),
    ("7,600 or 7,500", "7,600 or 7,500", ""),
    ("14*14 = 196, conv: 5*5 = 25", "196, conv: 5*5", ""),
    ("RF=12, jump=4", "12, jump=4", ""),
    ("RF = 12 jump = 4", "12 jump = 4", ""),
    ("14~16", "14~16", ""),
    ("7,500-7,600", "7,500-7,600", ""),
    ("7,500–7,600", "7,500–7,600", ""),
    ("112,8960", "112,8960", "1,128,960 or 112.8960"),
    ("11,28,96,000", "11,28,96,000", "112,896,000"),
    ("5.268,480", "5.268,480", ""),
    ("112 . 9 M", " . ", ""),
    ("1O0", "1O0", "100"),
    ("9,4O8", "9,4O8", "9,408"),
    ("14x14x4O", "4O", "40"),
    ("l12,896,000", "l12,896,000", "112,896,000"),
    ("5x5x4B0", "4B0", ""),
    ("O", "O", "0"),
    ("none", "none", "0"),
    ("60.95 Mb", "Mb", "MB (bytes) or Mbit (bits)"),
    ("112.9 P", "P", ""),
    ("112.9 hundred", "hundred", ""),
    ("112.9 x 10^6 M", "M", ""),
    ("< 112.9M", "<", ""),
    ("112½", "112½", ""),
    ("112.9M (112.8M)", "112.9M (", ""),
    ("112.9M ± 0.1M", "112.9M ± 0.1M", ""),
    ("1/0", "0", ""),
    ("(5x5", "(", ""),
    ("5x5)", ")", ""),
    ("5x5x", "x", ""),
    ("H*W*C", "H*W*C", ""),
    (r"\foo{5}", r"\foo", ""),
    ("9^9^9", "9", ""),
    ("2^65", "65", ""),
    ("2^0.5", "0.5", ""),
    ("5e999", "5e999", ""),
]


@pytest.mark.parametrize(("text", "value"), EXACT)
def test_exact_numbers(text, value):
    final = number(text).final
    assert (final.value, final.half, final.digits, final.is_expression) == (value, 0, None, False)


@pytest.mark.parametrize(("text", "value", "half", "digits", "suffix", "unit"), ROUNDED)
def test_rounded_numbers(text, value, half, digits, suffix, unit):
    final = number(text).final
    assert (final.value, final.half, final.digits) == (value, half, digits)
    assert (final.suffix, final.unit, final.is_expression) == (suffix, unit, False)


@pytest.mark.parametrize(("text", "value"), EXPRESSIONS)
def test_expressions(text, value):
    final = number(text).final
    assert (final.value, final.half, final.is_expression) == (value, 0, True)


@pytest.mark.parametrize(("text", "under", "suggestion"), REFUSED)
def test_refusals_point_and_suggest(text, under, suggestion):
    with pytest.raises(Unreadable) as caught:
        number(text)
    refusal = caught.value
    if under == "224 (":
        assert text[refusal.start :].startswith(under)
    else:
        assert text[refusal.start : refusal.end] == under
    assert refusal.suggestion == suggestion
    assert refusal.fact
    assert not isinstance(refusal, Blank)


def test_a_refusal_reads_as_a_sentence():
    with pytest.raises(Unreadable) as caught:
        number("112 9 M")
    assert str(caught.value) == "a number with a space in it; did you mean 112.9 M?"


@pytest.mark.parametrize(
    "text",
    ["", "  ", "-", "—", "?", "??", "n/a", "N/A", "TODO", "모름", "...", "…", "$$", "\u200b"],
)
def test_blank(text):
    for read in (number, sizes, truth):
        with pytest.raises(Blank):
            read(text)


def test_scale_is_what_the_suffix_multiplied_by():
    texts = ("112.9M", "1.129e8", "1.129x10^8", "58.13 MiB", "760", "5%", "5x5", "3천")
    scales = [number(text).final.scale for text in texts]
    assert scales == [M, 10**8, 10**8, 2**20, 1, Fraction(1, 100), 1, K]


def test_text_is_the_side_as_written():
    answer = number("$14 \\times 14 = 1{,}96 \\times 10^2$ MACs")
    assert [side.text for side in answer.sides] == ["14 \\times 14", "1{,}96 \\times 10^2$ MACs"]


@pytest.mark.parametrize(
    ("text", "values", "skipped"),
    [
        ("14*14*48 = 9408", [9408, 9408], ""),
        ("... = 1.5M + 3.8M = 5.3M", [5_300_000, 5_300_000], "..."),
        ("14*14*16*480 + 14*14*48*400 = 1.5M + 3.8M = 5.3M", [5_268_480] + 2 * [5_300_000], ""),
        ("14*14*48 ≈ 9.4K → 9K", [9_408, 9_400, 9_000], ""),
        ("14*14 == 196 => 196", [196, 196, 196], ""),
        ("MACs = H*W*C = 14*14*48 = 9408", [9408, 9408], "MACs; H*W*C"),
        ("MACs := 9408 MACs", [9408], "MACs"),
        ("(14x14x48)x(FX5x480) = 112.9M", [112_900_000], "(14x14x48)x(FX5x480)"),
        ("5x5 conv = 112.9M", [112_900_000], "5x5 conv"),
        ("so 14*14 = 196 =", [196, 196], "so"),
        ("conv1: 14*14 = 196", [196, 196], "conv1"),
        ("112.9M (112,896,000)", [112_896_000, 112_900_000], ""),
        ("112.9M (= 14*14*48*25*480)", [112_896_000, 112_900_000], ""),
        (r"\lfloor\frac{224+2\cdot3-7}{2}\rfloor+1 = 112", [112, 112], ""),
    ],
)
def test_consistent_chains(text, values, skipped):
    answer = number(text)
    assert [side.value for side in answer.sides] == values
    assert answer.final == answer.sides[-1]
    assert answer.disagreement is None
    assert answer.skipped == skipped


@pytest.mark.parametrize(
    ("text", "one", "other"),
    [
        ("14*14*48 = 9400", "14*14*48", "9400"),
        ("1.5M + 3.8M = 5.5M = 5.6M", "1.5M + 3.8M", "5.5M"),
        ("1505280 + 3763200 = 5.4M", "1505280 + 3763200", "5.4M"),
        ("(224-7+6)/2+1 = 112.5 = 112", "112.5", "112"),
    ],
)
def test_disagreeing_neighbours(text, one, other):
    first, second = number(text).disagreement
    assert (first.text, second.text) == (one, other)


@pytest.mark.parametrize(
    ("a", "b", "equal"),
    [
        ("5,268,480", "5.3M", True),
        ("5,268,480", "5.27M", True),
        ("5,268,480", "5.26M", True),  # cut off
        ("5,268,480", "5.25M", False),
        ("5,268,480", "5.28M", False),
        ("112,896,000", "112,896,001", False),
        ("1/3", "0.333", True),
    ],
)
def test_agreement_is_at_the_coarser_precision(a, b, equal):
    one, other = number(a).final, number(b).final
    assert agree(one, other) is equal
    assert agree(other, one) is equal


def test_half_units_add_up_in_sums_and_relatively_in_products():
    assert number("1.5M + 3.8M").final.half == 100_000
    assert number("1.5M + 3.8M").final.digits == 2
    product = number("1.5M * 2").final
    assert (product.value, product.half) == (3_000_000, 100_000)
    assert number("(1.5+3.8)M").final.half == 100_000
    ratio = number("112.9M / 5.27M").final
    assert abs(ratio.value - Fraction(112_896_000, 5_268_480)) <= ratio.half


SHAPES = [
    ("14x14x48", [14, 14, 48], None, None),
    ("14×14×48", [14, 14, 48], None, None),
    ("14 x 14 x 48", [14, 14, 48], None, None),
    ("14X14X48.", [14, 14, 48], None, None),
    ("14*14*48", [14, 14, 48], None, None),
    ("14·14·48", [14, 14, 48], None, None),
    (r"$14 \times 14 \times 48$", [14, 14, 48], None, None),
    ("14 by 14 by 48", [14, 14, 48], None, None),
    ("(14, 14, 48)", [14, 14, 48], None, None),
    ("[48,14,14]", [48, 14, 14], None, None),
    ("{14, 14, 48}", [14, 14, 48], None, None),
    ("\\[14, 14, 48\\]", [14, 14, 48], None, None),
    ("[48 14 14]", [48, 14, 14], None, None),
    ("torch.Size([48, 14, 14])", [48, 14, 14], None, None),
    ("output shape: (14, 14, 48)", [14, 14, 48], None, None),
    ("**14x14x48** pixels", [14, 14, 48], None, None),
    ("48@14x14", [48, 14, 14], True, None),
    ("14x14@48", [14, 14, 48], False, None),
    ("９６＠２７×２７", [96, 27, 27], True, None),
    ("`H=14, W=14, C=48`", [14, 14, 48], False, None),
    ("H: 14 W: 14 C: 48", [14, 14, 48], False, None),
    ("H=W=14, C=48", [14, 14, 48], False, None),
    ("채널: 48, 높이: 14, 너비: 14", [48, 14, 14], True, None),
    ("48x14x14 (CHW)", [48, 14, 14], True, None),
    ("(C,H,W) = (48,14,14)", [48, 14, 14], True, None),
    ("14 x 14 x 48 (H x W x C)", [14, 14, 48], False, None),
    ("14(H)x14(W)x48(C)", [14, 14, 48], False, None),
    ("48 channels of 14x14", [48, 14, 14], True, None),
    ("14x14 with 48 channels", [14, 14, 48], False, None),
    ("(N, 48, 14, 14)", [48, 14, 14], None, 1),
    ("[None, 14, 14, 48]", [14, 14, 48], None, 1),
    ("(B, 48, 14, 14)", [48, 14, 14], None, 1),
    ("Nx48x14x14", [48, 14, 14], None, 1),
    ("?x14x14x48", [14, 14, 48], None, 1),
    ("(-1, 48, 14, 14)", [48, 14, 14], None, 1),
    ("(1, 48, 14, 14)", [1, 48, 14, 14], None, None),
    ("8x48x14x14 (NCHW)", [48, 14, 14], True, 8),
    ("14", [14], None, None),
    ("112.5x112.5x64", [Fraction(225, 2), Fraction(225, 2), 64], None, None),
    ("225/2 x 112", [Fraction(225, 2), 112], None, None),
    ("floor((224+6-7)/2)+1", [112], None, None),
    ("floor((224-7)/2)+1 = 112 x 112 x 64", [112, 112, 64], None, None),
    ("14x14x48 = 9408", [14, 14, 48], None, None),
    ("1,024x7x7", [1024, 7, 7], None, None),
    ("(1024, 7, 7)", [1024, 7, 7], None, None),
]


@pytest.mark.parametrize(("text", "values", "channels_first", "batch"), SHAPES)
def test_shapes(text, values, channels_first, batch):
    read = sizes(text)
    assert list(read.values) == values
    assert (read.channels_first, read.batch) == (channels_first, batch)


@pytest.mark.parametrize(
    ("text", "under", "suggestion"),
    [
        ("14x14x4O", "4O", "40"),
        ("FX5x480", "FX5", ""),
        ("14x14xC", "C", ""),
        ("14x14,48", "14,48", "14.48 or 14x48"),
        ("(1,024,7,7)", "024", ""),
        ("14^2 x 48", "^", "14x14"),
        ("14x14x48 or 14x14x64", "14", ""),
        ("((224-7)/2+1) x 112 x 64", "-", ""),
        ("(14, 14, 48", "(14, 14, 48", ""),
        ("1x2x3x4x5x6x7x8x9x1x2x3x4", "4", ""),
        ("14K x 14", "K", ""),
    ],
)
def test_refused_shapes(text, under, suggestion):
    with pytest.raises(Unreadable) as caught:
        sizes(text)
    assert text[caught.value.start : caught.value.end] == under
    assert caught.value.suggestion == suggestion


@pytest.mark.parametrize(
    "text",
    [
        *("true", "True", "TRUE", "yes", "T", "t", "y", "Y", "O", "o", "correct", "✓", "✔", "○"),
        *("맞다", "참", "예", "네", "그렇다", "맞습니다.", "정답: 참", "**True**", "`True`"),
        *("Answer: true", "answer = yes", "True, because B is cheaper"),
    ],
)
def test_true(text):
    assert truth(text) is True


@pytest.mark.parametrize(
    "text",
    [
        *("false", "False", "no", "F", "f", "n", "N", "X", "x", "wrong", "✗", "✘", "×", "*false*"),
        *("틀리다", "거짓", "아니오", "아니다", "정답: 거짓", "Answer: X", "False. A needs fewer"),
    ],
)
def test_false(text):
    assert truth(text) is False


@pytest.mark.parametrize("text", ["T/F", "yes and no", "not true", "maybe", "1", "5x5", "true?no"])
def test_neither_true_nor_false(text):
    with pytest.raises(Unreadable):
        truth(text)


@pytest.mark.parametrize(
    "text",
    [
        "9^9^9",
        "9^9^9^9^9^9",
        "((9^64)^64)^64",
        "(" * 2000,
        "(" * 1000 + "1" + ")" * 1000,
        "-" * 1999 + "5",
        "[" * 61 + "1" + "]" * 61,
        "2^" * 900 + "2",
        "9" * 101,
        "9" * 2000,
        "9" * 10_000_000,
        "x" * 10_000_000,
        "\\frac{" * 300,
        "9*" * 999 + "9",
        "+".join(f"1/{n}" for n in range(1, 300)),
        "1e-400*1e-400",
        "*" * 2000,
        "\x00" * 500,
        "\ud800 5 5",
    ],
    ids=lambda text: f"{text[:12]!a}-{len(text)}",
)
def test_hostile_texts_end_in_a_number_or_a_refusal(text):
    check_outcomes(text)


def test_the_limits_refuse():
    for text in ("9^9^9", "(" * 61 + "1" + ")" * 61, "9" * 101, "5 " * 1001, "2^64^2", "9*" * 999):
        with pytest.raises(Unreadable):
            number(text)
    assert number("(" * 60 + "1" + ")" * 60).final.value == 1
    assert number("9" * 100).final.value == 10**100 - 1


@given(st.integers(min_value=0, max_value=10**90))
def test_groups_of_three_round_trip(n):
    for text in (f"{n:,}", str(n), f"{n:,}".replace(",", " "), f"{n:_}"):
        final = number(text).final
        assert (final.value, final.half) == (n, 0)


@given(st.integers(0, 10**7), st.integers(0, 4), st.sampled_from(["", "K", "M", "G"]))
def test_decimals_round_trip(digits, places, suffix):
    final = number(_decimal(digits, places) + suffix).final
    scale = {"": 1, "K": K, "M": M, "G": G}[suffix]
    assert final.value == Fraction(digits, 10**places) * scale
    exact = not places and not suffix
    assert final.half == (0 if exact else Fraction(scale, 2 * 10**places))


def _decimal(digits, places):
    text = str(digits).rjust(places + 1, "0")
    return f"{text[:-places]}.{text[-places:]}" if places else text


@given(
    st.lists(st.integers(1, 4096), min_size=2, max_size=12),
    st.sampled_from(["x", " x ", "*", " * ", "×", "·", r" \times ", " X "]),
)
def test_products_equal_pythons(factors, sign):
    final = number(sign.join(map(str, factors))).final
    assert (final.value, final.half) == (math.prod(factors), 0)
    read = sizes(sign.join(map(str, factors)))
    assert list(read.values) == factors


@given(st.lists(st.integers(0, 10**9), min_size=1, max_size=6), st.data())
def test_half_covers_the_rounding(values, data):
    """Rounding every term to tenths of millions never moves a sum or product past its half."""
    values = [value + 10**8 for value in values]
    written = [_decimal(round(Fraction(value, 10**5)), 1) + "M" for value in values]
    sign = data.draw(st.sampled_from("+*"))
    final = number(sign.join(written)).final
    true = sum(values) if sign == "+" else math.prod(values)
    assert abs(final.value - true) <= final.half


NASTY = [
    *"0123456789012345..,,  xX×*·/^+-=()[]{}@:;~%'_\"$`\\<>|!?#&억만천개약배⌊⌋⌈⌉²⁻½１Ｍ≈",
    *("M", "K", "G", "B", "e", "E", "O", "l", "Ki", "MACs", "FLOPs", "million", "floor(", "max("),
    *("\\frac{", "\\times ", "\\text{", "{,}", "\\left", "**", "```", "H", "W", "C", "N", "None"),
    *("\u00a0", "\u200b", "\u202e", "\x00", "\ud800", "\n", "\t", "\ufeff", "ﷺ", "ᄀ", "ᅡ", "<sup>"),
]


def outcome(read, text):
    """Return what was read, or the refusal; any other exception is a bug."""
    try:
        return read(text)
    except Unreadable as refusal:
        return refusal


def check_outcomes(text):
    for read, kind in ((number, Answer), (sizes, Sizes), (truth, bool)):
        result = outcome(read, text)
        assert isinstance(result, (kind, Unreadable))
        if isinstance(result, Unreadable):
            assert 0 <= result.start <= result.end <= len(text)
            assert 0 < len(result.fact) < 200


@settings(max_examples=600)
@given(st.lists(st.sampled_from(NASTY), max_size=60).map("".join))
@example("x" * 300)
@example("1" + " 1" * 149)
@example("(" * 300)
@example("1:" * 150)
def test_any_text_ends_in_an_answer_or_a_refusal(text):
    check_outcomes(text)


@given(st.text(max_size=300))
def test_any_unicode_text_ends_in_an_answer_or_a_refusal(text):
    check_outcomes(text)
