"""What other libraries call our layers and options: the words that people bring along."""

from __future__ import annotations

import re

from ..blocks import block_type
from ..layers import layer_type

LAYERS = {
    "dense": "fc",
    "convolution": "conv",
    "batchnorm": "bn",
    "batchnormalization": "bn",
    "layernorm": "ln",
    "layernormalization": "ln",
    "groupnorm": "gn",
    "groupnormalization": "gn",
    "convtranspose": "deconv",
    "depthwise": "dwconv",
    "depthwiseconv": "dwconv",
    "separableconv": "sepconv",
    "transposed": "deconv",
    "pool": "maxpool",
    "maxpooling": "maxpool",
    "averagepool": "avgpool",
    "averagepooling": "avgpool",
    "adaptiveavgpool": "adaptiveavgpool",
    "adaptivemaxpool": "adaptivemaxpool",
    "globalavgpool": "gap",
    "globalpool": "gap",
    "globalaveragepool": "gap",
    "globalaveragepooling": "gap",
    "localresponsenorm": "lrn",
    "swish": "silu",
    "attention": "attn",
    "multiheadattention": "attn",
    "mha": "attn",
    "simplernn": "rnn",
    "upsampling": "upsample",
    "concatenate": "concat",
    "multiply": "mul",
    "skip": "res",
    "residual": "res",
    "identity": "id",
    "fullyconnected": "fc",
    "fully": "fc",
    "max": "maxpool",
    "average": "avgpool",
    "avg": "avgpool",
    "mean": "avgpool",
    "global": "gap",
    "batch": "bn",
}

OPTIONS = {
    "padding": "pad",
    "pads": "pad",
    "strides": "stride",
    "step": "stride",
    "dilations": "dilation",
    "dilate": "dilation",
    "group": "groups",
    "cardinality": "groups",
    "output_padding": "outpad",
    "num_heads": "heads",
    "use_bias": "bias",
    "no_bias": "nobias",
    "ceil_mode": "ceil",
}


def plain_word(word: str) -> str:
    """Return a layer's name without capitals, joints and ``2d``: ``MaxPool2d`` is ``maxpool``."""
    bare = re.sub(r"[_-]", "", word.lower())
    return re.sub(r"[123]d$", "", bare)


def layer_meant(word: str) -> str:
    """Return our word for a layer as PyTorch or Keras write it, or nothing.

    >>> layer_meant("MaxPooling2D"), layer_meant("ReLU"), layer_meant("Cout")
    ('maxpool', 'relu', '')
    """
    bare = plain_word(word)
    if bare in LAYERS:
        return LAYERS[bare]
    return bare if layer_type(bare) or block_type(bare) or bare in ("add", "mul", "concat") else ""


def capitalised_layer(word: str) -> str:
    """Return our word for a layer that could be read as a symbol, such as ``ReLU``, or nothing."""
    return layer_meant(word) if word[:1].isupper() and len(word) > 3 else ""
