"""The words of a claim: quantities in English and Korean, and what may stand around a number."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from ..answers import heading


@dataclass(frozen=True)
class Asked:
    """What a word asks for: the key of a measure.

    Numbers of ``also`` are right too, by a convention that goes by the same word; those of
    ``unsure`` are another thing that the word may mean, which makes a claim unclear.
    """

    key: str
    also: tuple[str, ...] = ()
    unsure: tuple[str, ...] = ()


_FLOPS = ("flops2",)
_BYTES = ("weight_bytes", "peak_memory_bytes", "saved_bytes", "bytes_moved")
_ASKED = {
    "macs": Asked("macs"),
    "flops": Asked("flops", _FLOPS),
    "ops": Asked("macs", ("flops", *_FLOPS, "macs+bias")),
    "macs+bias": Asked("macs+bias"),
    "flops2": Asked("flops2"),
    "params": Asked("params"),
    "weights": Asked("weights", (), ("params",)),
    "depth": Asked("depth", (), ("channels",)),
    "memory": Asked("activation_bytes", (), _BYTES),
    "receptive_field": Asked("receptive_field", (), ("trunk_field",)),
}
_PHRASES = {
    "params": "(?:number of )?(?:learnable |trainable )?param(?:eter)?s|parameter count|param count"
    "|파라미터(?: ?(?:수|개수))?|매개변수(?: ?(?:수|개수))?",
    "macs": "(?:number of )?MACs|MAdds|mult(?:iply)?-adds|multiply-accumulates|multiplications"
    "|multiply-add count|곱셈-?덧셈(?: ?수)?|곱셈 ?(?:횟)?수",
    "ops": "연산량|연산 ?수|number of operations",
    "flops": "(?:number of )?FLOPs|flop count|부동소수점 ?연산(?:량|수)",
    "flops2": r"FLOPs \(2\s?[*x×]\s?MACs\)",
    "macs+bias": r"MACs ?\+ ?bias(?:es)?",
    "training_macs": "training MACs",
    "backward_macs": "backward MACs",
    "elementwise_ops": "elementwise (?:ops|operations)",
    "output": "(?:output|out) (?:size|shape|volume|dimensions?)|출력 ?(?:크기|형태|모양)"
    "|(?:output|출력)(?= ?(?:[=:≈]|is |은|는))",
    "channels": "output (?:channels|depth)|출력 채널(?: ?수)?",
    "height": "output height|출력 높이",
    "width": "output width|출력 너비",
    "receptive_field": "(?:receptive|effective) fields?(?: size)?|RF"
    "|수용 ?(?:영역|장|야)(?: ?크기)?",
    "trunk_field": "field before (?:the )?head",
    "jump": "jump|effective stride|누적 ?스트라이드",
    "activations": "(?:number of )?activations|활성값(?: ?(?:수|개수))?",
    "units": "(?:number of )?(?:units|neurons)|(?:뉴런|유닛) ?수",
    "connections": "(?:number of )?connections|연결 ?수",
    "connections_with_bias": "connections with bias(?:es)?",
    "weights": "(?:number of )?weights|가중치 ?(?:수|개수)",
    "buffers": "buffers",
    "weight_bytes": "weight (?:memory|bytes)|memory of the weights|가중치 메모리",
    "peak_memory_bytes": "peak memory|최대 메모리",
    "saved_bytes": "training memory|saved bytes",
    "bytes_moved": "bytes moved",
    "memory": "(?:activation )?memory|activation bytes|메모리",
    "depth": "(?:number of )?weighted layers|depth|깊이",
    "span": "effective kernel(?: size)?",
    "smallest_input": "(?:smallest|minimum) input(?: size)?",
}
_HEADINGS = ("output", "params", "weights", "macs", "flops", "units", "activations")
_MORE_HEADINGS = ("connections", "receptive_field", "jump", "memory")
_COLUMNS = {"size": "size", "field": "receptive_field", "field before head": "trunk_field"}


@cache
def _compiled() -> tuple[re.Pattern[str], dict[str, re.Pattern[str]]]:
    phrases = {
        key: text.replace(" ?", "\0").replace(" ", r"\s+").replace("\0", r"\s?")
        for key, text in _PHRASES.items()
    }
    parts = (f"(?P<_{at}>{text})" for at, text in enumerate(phrases.values()))
    end = r"(?![A-Za-z0-9_])(?!\s?/\s?s\b)"
    every = "|".join(f"(?:{part})" for part in _longest(list(parts)))
    whole = re.compile(rf"(?<![\w+*/-])(?:{every}){end}", re.IGNORECASE)
    return whole, {k: re.compile(v, re.IGNORECASE) for k, v in phrases.items()}


def _longest(parts: list[str]) -> list[str]:
    """Return the phrases of several words in front of those that begin like them."""
    first: tuple[str, ...] = (
        "flops2",
        "macs+bias",
        "training_macs",
        "backward_macs",
        "connections_with_bias",
    )
    first += ("weight_bytes", "peak_memory_bytes", "saved_bytes", "channels", "height", "width")
    keys = list(_PHRASES)
    order = sorted(range(len(parts)), key=lambda at: keys[at] not in first)
    return [parts[at] for at in order]


def quantities(text: str) -> list[tuple[int, int, Asked]]:
    """Return the stretches of a text that name a quantity, in order.

    >>> [asked.key for _, _, asked in quantities("params and MACs, 출력 크기")]
    ['params', 'macs', 'output']
    """
    keys = list(_PHRASES)
    found = []
    for match in _compiled()[0].finditer(text):
        key = keys[int(str(match.lastgroup)[1:])]
        found.append((match.start(), match.end(), asked(key)))
    return found


def asked(key: str) -> Asked:
    """Return what a key asks for."""
    return _ASKED.get(key) or Asked(key)


def titled(text: str) -> Asked | None:
    """Return what the heading of a column or row asks for, None for anything else."""
    plain = " ".join(text.split()).strip(" :*_`")
    for key, pattern in _compiled()[1].items():
        if len(plain) <= 60 and pattern.fullmatch(plain):
            return asked(key)
    if plain.casefold() in _COLUMNS:
        return asked(_COLUMNS[plain.casefold()])
    named = heading(plain)
    return asked(named) if named in (*_HEADINGS, *_MORE_HEADINGS) else None


UNITS = {
    "MACs": "macs",
    "multiplications": "macs",
    "FLOPs": "flops",
    "ops": "ops",
    "params": "params",
    "weights": "weights",
    "connections": "connections",
    "activations": "activations",
}
"""The units behind a number that say by themselves what is counted."""

_LINKS = """
    is are was equals equal about approximately approx roughly around nearly circa of a an the only
    just to at total comes come = : ~ - -> => >
    은 는 이 가 의 약 대략 총 모두 수 수는 개수 개수는
"""
LINKS = frozenset(_LINKS.split())
"""What may stand between a quantity and its number."""

_HEDGES = "about approximately approx roughly around nearly circa ~ 약 대략 정도"
HEDGES = frozenset(_HEDGES.split())
"""What makes a number only about right."""

_KNOWN = """
    it its this that these our we you get gets has have had having with costs cost needs need takes
    take uses use gives give giving got makes make contains contain holds hold requires require
    performs perform does in for and so thus hence therefore then overall altogether together whole
    entire full complete net network model module architecture version variant design layer block
    stage spec per image sample per-image forward pass count number amount sum s learnable trainable
    exactly here now also both spatial size sizes
    이다 입니다 이고 이며 이에요 예요 인 을 를 에 에서 에는 에서는 로 으로 도 그 이것
    층 층의 층은 레이어 모델 모델의 모델은 네트워크 네트워크의 네트워크는 신경망 신경망의 신경망은
    구조 전체 전체의 합계 합 개 필요하다 필요합니다 든다 듭니다 가진다 갖는다 가집니다 있다 있습니다
    된다 됩니다 이므로 따라서 즉 그래서 정확히 정도 정도이다 정도입니다 하나 당 이미지 이미지당
"""
KNOWN = LINKS | frozenset(_KNOWN.split())
"""Words that do not change what a claim says."""

SINGLE = frozenset(("layer", "block", "stage", "층", "층의", "층은", "레이어"))
"""Words for one layer: clear where a name stands by them, or where the net has one only."""

KINDS = frozenset(("conv", "convolution", "convolutional", "합성곱", "컨볼루션"))
"""Words for a kind of layer: clear where the net has one layer only."""

_WHOLE = "net network model whole entire total overall 전체 전체의 네트워크 모델 신경망 총"
WHOLE = frozenset(_WHOLE.split())
"""Words for all of a net."""

_TURNS = """
    if without instead not never no would were could should suppose assume assuming imagine wrong
    wrongly incorrect incorrectly false mistake paper published claims claimed reports reported says
    said prints printed lists listed unlike except excluding ignoring neglecting forgetting omitting
    counting doubling halving batch old former previously originally typical usually might may can
    must
    없이 없으면 없다면 만약 만일 아니 아니라 대신 잘못 틀린 라면 이라면 논문 논문은 교과서 제외 빼면
    배치
"""
TURNS = frozenset(_TURNS.split())
"""Words that turn what a sentence says around, wherever they stand in it."""
