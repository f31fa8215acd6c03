"""Names of Keras: its functions in the notation, and what to do about layers without a word."""

from __future__ import annotations

from ..notation.synonyms import layer_meant

FUNCTIONS = (
    *("relu", "relu6", "leaky_relu", "elu", "selu", "celu", "gelu", "swish", "silu", "mish"),
    *("sigmoid", "hard_sigmoid", "hard_silu", "hard_swish", "hard_tanh", "tanh"),
    *("softplus", "softsign", "softmax", "log_softmax"),
)
NO_FUNCTION = "linear"
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


def function_meant(name: str) -> str:
    """Return our word for a function of Keras, or nothing where there is none.

    >>> function_meant("leaky_relu"), function_meant("hard_silu"), function_meant("exponential")
    ('leakyrelu', 'hardswish', '')
    """
    if name not in FUNCTIONS:
        return ""
    return "hardswish" if name == "hard_silu" else layer_meant(name)
