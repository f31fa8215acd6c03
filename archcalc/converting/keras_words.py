"""Names of Keras: its functions in the notation, and what to do about layers without a word."""

from __future__ import annotations

ACTIVATIONS = {
    "linear": "",
    "relu": "relu",
    "relu6": "relu6",
    "leaky_relu": "leakyrelu",
    "elu": "elu",
    "selu": "selu",
    "celu": "celu",
    "gelu": "gelu",
    "swish": "silu",
    "silu": "silu",
    "mish": "mish",
    "sigmoid": "sigmoid",
    "hard_sigmoid": "hardsigmoid",
    "hard_silu": "hardswish",
    "hard_swish": "hardswish",
    "hard_tanh": "hardtanh",
    "tanh": "tanh",
    "softplus": "softplus",
    "softsign": "softsign",
    "softmax": "softmax",
    "log_softmax": "logsoftmax",
}
# What prepares the input or acts in training only, and what does nothing.
SKIPPED = (
    "Rescaling",
    "Normalization",
    "GaussianNoise",
    "ActivityRegularization",
    "StochasticDepth",
    "Masking",
    *(f"Random{what}" for what in ("Brightness", "Contrast", "Crop", "Flip", "Height")),
    *(f"Random{what}" for what in ("Rotation", "Translation", "Width", "Zoom")),
)
NOTHING = ("Identity",)
_AGAIN = "load the model with Keras 2.2 or later and write it again with model.to_json()"
_CODE = "it is code, which is not run; write layers of Keras in its place"
REMEDIES = {
    "Lambda": _CODE,
    "TFOpLambda": _CODE,
    **dict.fromkeys(("Convolution1D", "Convolution2D", "Convolution3D", "Merge"), _AGAIN),
    "LSTM": "the notation's lstm has two biases as torch's has; state the cost with `opaque`",
}
# Operations on tensors that are no layers: in Keras 3 a class, in Keras 2 a function by its name.
OPERATORS = {
    "Add": "Add",
    "Multiply": "Multiply",
    "TrueDivide": "Divide",
    "Divide": "Divide",
    "Subtract": "Subtract",
    "Concatenate": "Concatenate",
    "__operators__.add": "Add",
    "__operators__.mul": "Multiply",
    "__operators__.sub": "Subtract",
    "__operators__.truediv": "Divide",
    "math.add": "Add",
    "math.subtract": "Subtract",
    "math.multiply": "Multiply",
    "math.truediv": "Divide",
    "math.divide": "Divide",
}
WITH_NUMBER = ("Add", "Subtract", "Multiply", "Divide")
