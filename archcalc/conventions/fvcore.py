"""fvcore's FlopCountAnalysis."""

from __future__ import annotations

from .base import (
    ADAPTIVE_MEANS,
    Convention,
    Rule,
    per_input,
    per_output,
    projections,
    without,
    words,
)


def _upsampled(mode: str, times: int) -> Rule:
    each = per_output(times)
    return Rule(
        f"{mode} upsampling {times} per output value",
        lambda layer, facts: each(layer, facts) if layer.mode == mode else 0,
        words("upsample"),
    )


CONVENTIONS = (
    Convention(
        "fvcore",
        "MACs (fvcore)",
        "as fvcore counts: MACs + 2 per value of batch norm + 5 of layer or group norm "
        "+ 1 per value read by adaptive average pooling; no bias; scores of attention and "
        "recurrent layers are missing, an omission of the tool; per sample",
        (
            Rule("MACs", without("attn", "attention", "rnn", "lstm", "gru")),
            Rule("projections of attention", projections, words("attn")),
            Rule("batch norm 2 per value", per_input(2, 1), words("bn")),
            Rule("layer and group norm 5 per value", per_input(5, 4), words("ln gn")),
            Rule("adaptive average pooling 1 per input value", per_input(1), ADAPTIVE_MEANS),
            _upsampled("nearest", 1),
            _upsampled("bilinear", 4),
        ),
        "fvcore 0.1.5.post20221221, fvcore/nn/jit_handles.py and flop_count.py",
        kept=words("conv dwconv deconv fc linear unembed"),
    ),
)
