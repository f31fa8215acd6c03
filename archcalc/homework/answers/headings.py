"""What the heading of a column means, whichever way it is written, in English or Korean."""

from __future__ import annotations

import re
import unicodedata
from functools import cache

_WORDS = {
    "layer": "layer layers layername op operation block stage 층 레이어 계층 층이름 레이어이름",
    "output": """output outputshape outputsize outputdimensions outputvolume outshape shape size out
        출력 출력크기 출력형태 출력모양 크기 형태""",
    "params": """params param parameters parameter learnableparameters trainableparameters
        파라미터 매개변수 모수 파라미터수 매개변수수 파라미터개수""",
    "weights": "weights weight 가중치 가중치수 가중치개수",
    "macs": """macs mac multadds multadd multiplyadds multiplyaccumulates multiplications madds
        연산량 연산수 곱셈덧셈 곱셈덧셈수 곱셈수 곱셈누산""",
    "flops": "flops flop 부동소수점연산 부동소수점연산량 플롭스",
    "units": "units unit neurons neuron 유닛 유닛수 뉴런 뉴런수",
    "activations": "activations activation acts 활성값 활성화값 활성값수",
    "connections": "connections connection 연결 연결수 연결개수",
    "receptive_field": """receptivefield receptivefieldsize rf rfsize r rout fieldofview
        수용영역 수용영역크기 수용장 수용야""",
    "jump": "jump j jout strideproduct effectivestride cumulativestride 점프 누적스트라이드",
    "kernel": "kernel k kernelsize filter filtersize 커널 커널크기 필터 필터크기",
    "padding": "padding pad p 패딩",
    "stride": "stride s 스트라이드 보폭",
    "input": "input inputshape inputsize inshape nin in 입력 입력크기 입력형태 입력모양",
    "size": "nout",
    "memory": "memory mem bytes memorysize 메모리 메모리크기 바이트",
    "answer": "answer answers ans youranswer myanswer response result value 답 정답 답안 답변 값",
    "question": """question questions questionid questionnumber id qid q problem problemnumber
        exercise number no nr 문제 문항 질문 번호 문제번호 문항번호""",
    "student": """student studentname studentid name fullname email emailaddress mail
        이름 성명 학생 학생이름 학번 이메일 메일""",
}
_LONGEST = 60
_UNIT = re.compile(r"[(\[{][^()\[\]{}]*[)\]}]\s*$")
_COUNT = ("numberof", "total", "num", "no", "nr")


@cache
def _names() -> dict[str, str]:
    return {word: name for name, words in _WORDS.items() for word in words.split()}


def heading(text: str) -> str | None:
    """Return the name of the column that a header cell announces, None for an unknown one.

    >>> heading("# Params"), heading("출력 크기"), heading("Memory (MB)"), heading("colour")
    ('params', 'output', 'memory', None)
    """
    if len(text) > _LONGEST:
        return None
    plain = unicodedata.normalize("NFKC", text).casefold().strip()
    if plain in ("#", "№"):
        return "question"
    return _named(plain) or _named(_UNIT.sub("", plain))


def _named(text: str) -> str | None:
    word = "".join(char for char in text if char.isalnum())
    if word in _names():
        return _names()[word]
    for count in _COUNT:
        if word.startswith(count) and word.removeprefix(count) in _names():
            return _names()[word.removeprefix(count)]
    for count in ("개수", "수"):
        if word.endswith(count) and word.removesuffix(count) in _names():
            return _names()[word.removesuffix(count)]
    return None
