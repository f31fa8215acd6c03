"""archcalc's own conventions."""

from __future__ import annotations

from .base import Convention, Rule, bias_adds, elementwise, macs, twice

_MACS = Rule("MACs", macs)
_TWICE = Rule("2*MACs", twice)
_BIAS = Rule("bias", bias_adds)

CONVENTIONS = (
    Convention(
        "macs",
        "MACs",
        "1 MAC = 1 multiply + 1 add; bias adds not counted; per sample",
        (_MACS,),
        tool=False,
    ),
    Convention(
        "flops",
        "FLOPs",
        "FLOPs = 2*MACs + elementwise ops (bias, norm, ...); per sample",
        (_TWICE, _BIAS, Rule("elementwise ops", elementwise)),
        tool=False,
    ),
    Convention(
        "flops2",
        "FLOPs (2*MACs)",
        "FLOPs = 2*MACs; no elementwise ops, no bias adds; per sample",
        (_TWICE,),
        tool=False,
    ),
    Convention(
        "macs+bias",
        "MACs + bias",
        "MACs + one op per bias add; no other elementwise ops; per sample",
        (_MACS, _BIAS),
        tool=False,
    ),
)
