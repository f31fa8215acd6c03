"""MACs of the forward pass against fvcore's count of the same contractions.

fvcore traces the net on the CPU, so the net has to be small enough to run. It counts a product and
its sum once, as archcalc does, and also normalization, pooling and upsampling by rules of its own:
only what it counts under ``CONTRACTIONS`` is compared. What attention multiplies inside one fused
operator and recurrence it does not count, and says so; these layers are named, not passed.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterable
from typing import Any

from ..arithmetic.unknown import Unknown
from ..quantities import quantity
from .base import Check, NotCounted, Oracle
from .subject import Subject

CONTRACTIONS = ("conv", "linear", "addmm", "matmul", "bmm", "einsum", "mv", "dot")
# operators of torch that contain contractions and that fvcore has no rule for
_UNCOUNTED = (
    "scaled_dot_product_attention",
    "lstm",
    "gru",
    "rnn_tanh",
    "rnn_relu",
    "baddbmm",
    "addbmm",
    "_convolution_mode",
    "_native_multi_head_attention",
)


class Fvcore(Oracle):
    """``fvcore.nn.FlopCountAnalysis`` of the net with memory, contractions only."""

    key, witness, rank = "fvcore", "fvcore", 50

    def checks(self, subject: Subject) -> Iterable[Check]:
        """Compare each layer that fvcore counts; then the whole net, or the operators missing."""
        reason = _too_large(subject)
        counts = None if reason else traced(subject)
        if isinstance(counts, str):
            reason, counts = counts, None
        total = quantity("macs").total(subject.analysis)
        if counts is None:
            yield self._check("", total, NotCounted(reason))
            return
        by_module = counts.by_module_and_operator()
        for i, (node, facts) in enumerate(subject.layers):
            name = f"layer{i}"
            missing = _missing(counts.unsupported_ops(name))
            theirs: Any = contractions(by_module.get(name, {}))
            yield self._check(node.name, facts.macs, _not(missing) if missing else theirs)
        missing = _missing(counts.unsupported_ops())
        theirs = _not(missing) if missing else contractions(counts.by_operator())
        yield self._check("", total, theirs)

    def _check(self, layer: str, ours: Any, theirs: Any) -> Check:
        return Check("macs", "MACs", layer, ours, theirs, "count", self.witness)


def traced(subject: Subject) -> Any:
    """Return fvcore's analysis of a net, or in words why there is none."""
    import torch

    with warnings.catch_warnings():
        # fvcore compiles its losses with torch.jit.script, and traces; torch deprecates both
        warnings.simplefilter("ignore")
        try:
            from fvcore.nn import FlopCountAnalysis
        except ImportError:
            return "fvcore is not installed: pip install fvcore"
        module = renamed(subject.built("cpu").eval())
        for tensor in (*module.parameters(), *module.buffers()):
            tensor.detach().zero_()  # no values that are slow to compute with
        inputs = tuple(torch.zeros(x.shape, dtype=x.dtype) for x in subject.inputs(batch=1))
        counts = FlopCountAnalysis(module, inputs if len(inputs) > 1 else inputs[0])
        counts.unsupported_ops_warnings(False).uncalled_modules_warnings(False)
        counts.tracer_warnings("none")
        try:
            counts.total()
        except (RuntimeError, AssertionError, KeyError, ValueError) as error:
            return f"fvcore: {(str(error) or type(error).__name__).splitlines()[0][:80]}"
        return counts


def renamed(module: Any) -> Any:
    """Name the modules of a net ``layer0``, ``layer1``, ...: fvcore cannot tell all names apart."""
    steps = []
    for i, (name, reads, makes, used) in enumerate(module.steps):
        module.add_module(f"layer{i}", module._modules.pop(name))
        steps.append((f"layer{i}", reads, makes, used))
    module.steps = steps
    return module


def contractions(by_operator: Any) -> int:
    """Return the multiply-adds of contractions in fvcore's counts by operator."""
    return sum(int(by_operator.get(name, 0)) for name in CONTRACTIONS)


def _too_large(subject: Subject) -> str:
    """Return why fvcore cannot run the net on a CPU here; empty where it can."""
    if subject.without:
        return subject.without
    limits, large = subject.limits, "too large for fvcore on a CPU: more than"
    macs = quantity("macs").total(subject.analysis)
    if isinstance(macs, Unknown) or macs > limits.cpu_macs:
        return f"{large} {limits.cpu_macs:,} MACs"
    if len(subject.analysis.nodes) > limits.cpu_layers:
        return f"{large} {limits.cpu_layers:,} layers"
    params = quantity("params").total(subject.analysis)
    if isinstance(params, Unknown) or 4 * params > limits.cpu_bytes:
        return f"{large} {limits.cpu_bytes:,} bytes of weights"
    return ""


def _missing(unsupported: Any) -> tuple[str, ...]:
    names = (operator.removeprefix("aten::") for operator in unsupported)
    return tuple(sorted(name for name in names if name in _UNCOUNTED))


def _not(operators: tuple[str, ...]) -> NotCounted:
    return NotCounted(f"not counted by fvcore: {', '.join(operators)}")


ORACLE = Fvcore()
