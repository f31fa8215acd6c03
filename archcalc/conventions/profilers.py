"""Counters that wrap torch's functions: calflops, DeepSpeed's profiler, torch's own two."""

from __future__ import annotations

from .base import (
    CONVOLUTIONS,
    POOLS,
    Convention,
    Rule,
    additions,
    bias_adds,
    macs,
    per_input,
    projections,
    twice,
    twice_without,
    window_softmax,
    without,
    words,
)

_FUNCTIONS = (
    Rule("bias of convolutions", bias_adds, CONVOLUTIONS),
    Rule("batch norm 2 per value", per_input(2, 1), words("bn")),
    Rule("layer and group norm 5 per value", per_input(5, 4), words("ln gn")),
    Rule(
        "activations 1 per value",
        per_input(1),
        words("relu prelu elu leakyrelu silu gelu softmax"),
    ),
    Rule("softmax of windows 1 per score", window_softmax, words("winattn")),
    Rule("pooling 1 per input value", per_input(1), POOLS),
    Rule("upsampling 1 per input value", per_input(1), words("upsample")),
)
_UNSEEN = ("attention", "bmm", "mm", "einsum", "rnn", "lstm", "gru")  # by calflops
_CALFLOPS = "calflops 0.3.2, calflops/pytorch_ops.py"
_DEEPSPEED = "DeepSpeed 0.19.8, profiling/flops_profiler/profiler.py"

CONVENTIONS = (
    Convention(
        "calflops",
        "MACs (calflops)",
        "as calflops prints MACs: those of convolution, linear and matmul; no bias; scores of "
        "attention and recurrent layers are missing, an omission of the tool; per sample",
        (
            Rule("MACs", without("attn", *_UNSEEN)),
            Rule("projections of attention", projections, words("attn")),
        ),
        _CALFLOPS,
        "two decimals, as in 4.09 GMACs",
    ),
    Convention(
        "calflops-flops",
        "FLOPs (calflops)",
        "as calflops prints FLOPs: 2*MACs + bias of convolutions + 2 per value of batch norm, "
        "5 of layer norm, 1 of activations, 1 per value read by pooling; scores of attention and "
        "recurrent layers are missing, an omission of the tool; per sample",
        (
            Rule("2*MACs", twice_without("attn", *_UNSEEN)),
            Rule(
                "projections of attention",
                lambda layer, facts: 2 * projections(layer, facts),
                words("attn"),
            ),
            *_FUNCTIONS,
        ),
        _CALFLOPS,
        "two decimals, as in 8.21 GFLOPS",
    ),
    Convention(
        "deepspeed",
        "MACs (DeepSpeed)",
        "as DeepSpeed's profiler prints MACs: those of convolution, linear, matmul and "
        "attention; no bias; recurrent layers are missing, an omission of the tool; per sample",
        (Rule("MACs", without("einsum", "rnn", "lstm", "gru")),),
        _DEEPSPEED,
        "two decimals, as in 4.09 GMACs",
    ),
    Convention(
        "deepspeed-flops",
        "FLOPs (DeepSpeed)",
        "as DeepSpeed's profiler prints flops: 2*MACs + bias of convolutions + 2 per value of "
        "batch norm, 5 of layer norm, 1 of activations, 1 per value read by pooling; recurrent "
        "layers are missing, an omission of the tool; per sample",
        (Rule("2*MACs", twice_without("einsum", "rnn", "lstm", "gru")), *_FUNCTIONS),
        _DEEPSPEED,
        "two decimals, as in 8.21 G",
    ),
    Convention(
        "torch",
        "FLOPs (FlopCounterMode)",
        "as torch's FlopCounterMode counts on the meta device: 2*MACs of convolution, linear, "
        "matmul and attention; no bias, nothing elementwise; per sample",
        (Rule("2*MACs", twice),),
        "torch 2.13.0, torch/utils/flop_counter.py",
    ),
    Convention(
        "torch-profiler",
        "FLOPs (torch profiler)",
        "as torch's profiler sums with_flops: 2*MACs of convolution and matmul + 1 per value of "
        "an addition or a product; LSTM and fused attention are missing, an omission of the "
        "tool; per sample",
        (
            Rule("2*MACs", twice_without("attention", "lstm")),
            Rule("additions and products 1 per value", additions, words("add mul")),
        ),
        "torch 2.13.0, torch/csrc/profiler/util.cpp, computeFlops",
    ),
    Convention(
        "torchvision",
        "MACs (torchvision)",
        "as torchvision's weights state _ops: multiplications of convolution, linear and matmul; "
        "no bias, nothing elementwise; per sample",
        (Rule("MACs", macs),),
        "torchvision 0.29.2, the meta field _ops of each weights entry",
        "three decimals of G, as in 4.089",
    ),
)
