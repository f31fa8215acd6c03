"""ONNX: graphs of operators, read with the onnx package; shapes of weights, no values."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ..arithmetic.dims import Shape, product
from ..errors import MissingDependency, Problem, SpecError
from ..graph import Graph
from ..layers.base import Layer
from ..notation.synonyms import layer_meant
from .base import Draft, Given, NoWord, axes, made, pads

PLAIN = (
    *("Relu", "LeakyRelu", "Elu", "Selu", "Celu", "Gelu", "Mish", "Sigmoid", "HardSigmoid"),
    *("HardSwish", "Tanh", "Softplus", "Softsign", "Dropout", "GlobalAveragePool"),
)
MERGES = {"Add": "add", "Sum": "add", "Mul": "mul", "Concat": "concat"}
ALIASES = ("Identity", "Cast")


def reads(given: Given) -> bool:
    """Take files that end in .onnx."""
    return given.path.endswith(".onnx")


def net(given: Given) -> tuple[Graph, Draft]:
    """Return the net of the file; :class:`~archcalc.errors.SpecError` for what has no word.

    Errors: :class:`MissingDependency` (E39) without the onnx package.
    """
    try:
        import onnx
    except ImportError:
        raise MissingDependency(
            "convert needs onnx to read ONNX files, which is not installed", "pip install onnx"
        ) from None
    try:
        graph = onnx.load_model_from_string(given.data).graph
    except Exception as error:  # protobuf's own errors have no common base
        message = f"{given.path} is no ONNX file: {str(error)[:80] or type(error).__name__}"
        raise SpecError([Problem("E56", message)]) from None
    reader = _Reader(Draft(given), graph, onnx.helper.get_attribute_value)
    for place, node in enumerate(graph.node):
        reader.node(node, place)
    outputs = [reader.tensors[one.name] for one in graph.output if one.name in reader.tensors]
    return reader.draft.graph(outputs), reader.draft


class _Reader:
    def __init__(self, draft: Draft, graph: Any, value_of: Callable[[Any], Any]) -> None:
        self.draft = draft
        self.value_of = value_of
        self.weights = {one.name: tuple(one.dims) for one in graph.initializer}
        self.constants: dict[str, Any] = {one.name: one for one in graph.initializer}
        inputs = [one for one in graph.input if one.name not in self.weights]
        if len(inputs) != 1:
            draft.refuse(f"the net has {len(inputs)} inputs")
        dims = [d.dim_value for d in inputs[0].type.tensor_type.shape.dim] if inputs else []
        known = len(dims) > 1 and min(dims[1:]) > 0
        start = draft.start(tuple(dims[1:]) if known else None)
        self.tensors = {one.name: start for one in inputs}

    def node(self, node: Any, place: int) -> None:
        """Add an operator, or say why not."""
        kind = node.op_type
        if kind == "Constant" and node.attribute:
            value = self.value_of(node.attribute[0])
            self.constants[node.output[0]] = value
            self.weights[node.output[0]] = tuple(getattr(value, "dims", ()))
            return
        options = {one.name: self.value_of(one) for one in node.attribute}
        label = node.name.strip("/").rpartition("/")[0] or node.name
        inputs = [self.tensors[name] for name in node.input if name in self.tensors]
        shapes = [self.weights[name] for name in node.input if name in self.weights]
        try:
            self.own(node)
            found = self.added(_Operator(kind, node, options, inputs, shapes, self), label)
        except (NoWord, TypeError, ValueError, AttributeError) as error:  # options of odd types
            self.draft.refuse(f'node {place} "{node.name[:60]}" ({kind[:40]}): {error}')
            found = self.draft.lost(label)
        self.tensors.update(dict.fromkeys(node.output[:1], found))

    def own(self, node: Any) -> None:
        """Refuse weights that two nodes share."""
        if node.op_type in ("Conv", "ConvTranspose", "Gemm", "MatMul", "BatchNormalization"):
            for name in node.input[1:2]:
                if name in self.weights:
                    self.draft.own(name, node.name)

    def added(self, of: _Operator, label: str) -> str:
        kind, draft = of.kind, self.draft
        if kind in MERGES and len(of.inputs) > 1 and not of.shapes:
            if kind == "Concat" and of.options.get("axis", 1) not in (1, -3):
                raise NoWord("it joins another axis than the channels")
            return draft.merge(MERGES[kind], of.inputs)
        if len(of.inputs) != 1:
            raise NoWord(f"it reads {len(of.inputs)} tensors")
        (x,) = of.inputs
        if kind in ALIASES:
            return x
        if kind == "Add" and draft.nodes and draft.nodes[-1].name == x:
            return self.biased(of, x)
        if kind in ("Flatten", "Reshape"):
            return draft.add(_flattened(of, draft.shape(x)), [x])
        if kind in PLAIN:
            return draft.add(made(layer_meant(kind)), [x])
        if kind not in _MAKERS:
            raise NoWord("the notation has no word for it")
        return draft.add(_MAKERS[kind](of), [x], label=label)

    def biased(self, of: _Operator, x: str) -> str:
        """Return a product with the bias that is added behind it."""
        last = self.draft.nodes[-1]
        units = getattr(last.layer, "units", None)
        if units is None or last.layer.bias or of.shapes != [(units,)]:  # type: ignore[attr-defined]
            raise NoWord("a constant that is added is no bias")
        self.draft.nodes[-1] = last._replace(layer=made(last.layer.word, units=units))
        return x


class _Operator:
    """A node: its options, the nodes that it reads and the shapes of its weights."""

    def __init__(
        self,
        kind: str,
        node: Any,
        options: dict[str, Any],
        inputs: list[str],
        shapes: list[tuple[int, ...]],
        reader: _Reader,
    ) -> None:
        self.kind, self.options = kind, options
        self.inputs, self.shapes = inputs, shapes
        self.constants = [reader.constants.get(name) for name in node.input[1:]]
        self.rank = len(reader.draft.shape(inputs[0]) or (0, 0, 0)) - 1 if inputs else 2

    def weight(self, rank: int) -> tuple[int, ...]:
        """Return the shape of the weights; NoWord where they are worked out or of another rank."""
        if not self.shapes or len(self.shapes[0]) != rank:
            raise NoWord("its weights are not stored beside it")
        return self.shapes[0]

    def sizes(self, key: str, default: int, count: int) -> tuple[int, ...]:
        """Return one number per axis."""
        found = tuple(self.options.get(key) or (default,) * count)
        if len(found) != count:
            raise NoWord(f"{key} has {len(found)} axes, not {count}")
        return found

    def padding(self, count: int) -> Any:
        """Return the padding per axis as layers have it."""
        rule = self.options.get("auto_pad", b"NOTSET")
        if rule == b"SAME_UPPER":
            return "same"
        if rule not in (b"NOTSET", b"VALID", b""):
            raise NoWord(f"auto_pad {rule.decode(errors='replace')[:20]} has no word")
        around = self.sizes("pads", 0, 2 * count)
        return pads(list(zip(around[:count], around[count:], strict=True)))


def _convolution(of: _Operator) -> Layer:
    count = of.rank
    weight = of.weight(count + 2)
    groups = of.options.get("group", 1)
    options: dict[str, Any] = {
        "kernel": weight[2:],
        "channels": weight[0] if of.kind == "Conv" else weight[1] * groups,
        "padding": of.padding(count),
        "stride": axes(of.sizes("strides", 1, count)),
        "dilation": axes(of.sizes("dilations", 1, count)),
        "groups": groups,
        "bias": len(of.shapes) > 1,
    }
    if of.kind == "Conv":
        return made("conv", **options)
    if of.options.get("output_shape"):
        raise NoWord("output_shape has no word")
    return made("deconv", **options, outpad=axes(of.sizes("output_padding", 0, count)))


def _pooling(of: _Operator) -> Layer:
    count = len(of.options.get("kernel_shape", ()))
    if not count:
        raise NoWord("it has no kernel_shape")
    options: dict[str, Any] = {
        "kernel": of.sizes("kernel_shape", 1, count),
        "stride": axes(of.sizes("strides", 1, count)),
        "padding": of.padding(count),
        "ceil": bool(of.options.get("ceil_mode", 0)),
    }
    spacing = of.sizes("dilations", 1, count)
    if of.kind == "MaxPool":
        return made("maxpool", **options, dilation=axes(spacing))
    if set(spacing) != {1}:
        raise NoWord("average pooling with dilation has no word")
    return made("avgpool", **options)


def _product(of: _Operator) -> Layer:
    weight = of.weight(2)
    turned = of.kind == "Gemm" and of.options.get("transB", 0)
    word = "fc" if of.rank == 0 else "linear"
    return made(word, units=weight[0 if turned else 1], bias=len(of.shapes) > 1)


def _clip(of: _Operator) -> Layer:
    stored = [value for one in of.constants for value in _values(one)]
    limits = stored or [of.options.get("min"), of.options.get("max")]
    if limits != [0, 6]:
        raise NoWord("only a clip from 0 to 6, relu6, has a word")
    return made("relu6")


def _softmax(of: _Operator) -> Layer:
    if of.rank != 0 and of.options.get("axis", -1) not in (1,):
        raise NoWord("it works on another axis than the channels")
    return made("softmax" if of.kind == "Softmax" else "logsoftmax")


def _flattened(of: _Operator, x: Shape | None) -> Layer:
    if of.kind == "Flatten":
        if of.options.get("axis", 1) != 1:
            raise NoWord("it flattens from another axis than 1")
        return made("flatten")
    sizes = _values(of.constants[0] if of.constants else None)
    if len(sizes) != 2 or (x is not None and sizes[1] not in (-1, product(x))):
        raise NoWord("only a reshape to one axis beside the batch, flatten, has a word")
    return made("flatten")


def _values(tensor: Any) -> list[Any]:
    """Return the few numbers that are stored beside a node; none where they are elsewhere."""
    import onnx

    if not hasattr(tensor, "dims") or tensor.data_location == onnx.TensorProto.EXTERNAL:
        return []
    if len(tensor.dims) > 1 or (tensor.dims and tensor.dims[0] > 16):
        return []
    found: list[Any] = onnx.numpy_helper.to_array(tensor).reshape(-1).tolist()
    return found


_MAKERS: dict[str, Callable[[_Operator], Layer]] = {
    "Conv": _convolution,
    "ConvTranspose": _convolution,
    "MaxPool": _pooling,
    "AveragePool": _pooling,
    "Gemm": _product,
    "MatMul": _product,
    "Clip": _clip,
    "Softmax": _softmax,
    "LogSoftmax": _softmax,
    "BatchNormalization": lambda of: made("bn"),
    "LRN": lambda of: made("lrn", window=of.options.get("size", 5)),
}
