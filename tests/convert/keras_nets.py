"""Nets of keras.applications in the form in which Keras 2 and Keras 3 write models."""

from __future__ import annotations

import json
from typing import Any


class Net:
    """A functional model, layer by layer: ``net.conv("c", x, 64, 3)`` returns the layer's name."""

    def __init__(self, keras: int, shape: list[int], name: str) -> None:
        self.keras = keras
        self.name = name
        self.layers: list[dict[str, Any]] = []
        key = "batch_input_shape" if keras == 2 else "batch_shape"
        self.start = self.add("InputLayer", "input_1", **{key: [None, *shape], "sparse": False})

    def add(self, kind: str, name: str, *read: str, **config: Any) -> str:
        dtype: Any = "float32"
        if self.keras == 3:
            dtype = {"module": "keras", "class_name": "DTypePolicy", "config": {"name": "float32"}}
        self.layers.append(
            {
                "class_name": kind,
                "config": {"name": name, "trainable": True, "dtype": dtype, **config},
                "name": name,
                "inbound_nodes": self.calls(read),
            }
        )
        return name

    def calls(self, read: tuple[str, ...]) -> list[Any]:
        if not read:
            return []
        if self.keras == 2:
            return [[[name, 0, 0, {}] for name in read]]
        tensors = [
            {
                "class_name": "__keras_tensor__",
                "config": {"shape": [None], "dtype": "float32", "keras_history": [name, 0, 0]},
            }
            for name in read
        ]
        return [{"args": [tensors] if len(tensors) > 1 else tensors, "kwargs": {}}]

    def conv(self, name: str, x: str, filters: int, size: int, **config: Any) -> str:
        options = {"strides": 1, "padding": "same", "use_bias": True, "activation": "linear"}
        options |= {"kernel_size": [size, size], "dilation_rate": [1, 1], "filters": filters}
        options |= {"data_format": "channels_last"}
        if self.keras == 3:
            options |= {"groups": 1}
        options |= config
        if isinstance(options["strides"], int):
            options["strides"] = [options["strides"]] * 2
        return self.add("Conv2D", name, x, **options)

    def depthwise(self, name: str, x: str, **config: Any) -> str:
        options = {"kernel_size": [3, 3], "depth_multiplier": 1, "use_bias": False}
        return self.add("DepthwiseConv2D", name, x, **options, activation="linear", **config)

    def norm(self, name: str, x: str, **config: Any) -> str:
        axis: Any = [3] if self.keras == 2 else -1
        options = {"axis": axis, "epsilon": 0.001, "center": True, "scale": True}
        return self.add("BatchNormalization", name, x, **{**options, **config})

    def zeros(self, name: str, x: str, *sides: list[int]) -> str:
        return self.add("ZeroPadding2D", name, x, padding=list(sides), data_format="channels_last")

    def text(self, *ends: str, **more: Any) -> str:
        outputs: Any = [[end, 0, 0] for end in ends]
        if self.keras == 3 and len(ends) == 1:
            (outputs,) = outputs
        first: Any = ["input_1", 0, 0] if self.keras == 3 else [["input_1", 0, 0]]
        config = {
            "name": self.name,
            "layers": self.layers,
            "input_layers": first,
            "output_layers": outputs,
        }
        return json.dumps({"class_name": "Functional", "config": config, **more})


def resnet50(keras: int) -> str:
    net = Net(keras, [224, 224, 3], "resnet50")

    def conv(name: str, x: str, filters: int, size: int, **config: Any) -> str:
        x = net.conv(f"{name}_conv", x, filters, size, **config)
        return net.norm(f"{name}_bn", x)

    def relu(name: str, x: str) -> str:
        return net.add("Activation", f"{name}_relu", x, activation="relu")

    x = net.zeros("conv1_pad", net.start, [3, 3], [3, 3])
    x = relu("conv1", conv("conv1", x, 64, 7, strides=2, padding="valid"))
    x = net.zeros("pool1_pad", x, [1, 1], [1, 1])
    x = net.add("MaxPooling2D", "pool1_pool", x, pool_size=[3, 3], strides=[2, 2], padding="valid")
    for stage, (width, count) in enumerate([(64, 3), (128, 4), (256, 6), (512, 3)], 2):
        for number in range(1, count + 1):
            name, stride = f"conv{stage}_block{number}", 2 if stage > 2 and number == 1 else 1
            short = x
            if number == 1:
                short = conv(f"{name}_0", x, 4 * width, 1, strides=stride, padding="valid")
            y = relu(f"{name}_1", conv(f"{name}_1", x, width, 1, strides=stride, padding="valid"))
            y = relu(f"{name}_2", conv(f"{name}_2", y, width, 3))
            y = conv(f"{name}_3", y, 4 * width, 1, padding="valid")
            x = relu(f"{name}_out", net.add("Add", f"{name}_add", short, y))
    x = net.add("GlobalAveragePooling2D", "avg_pool", x, data_format="channels_last")
    x = net.add("Dense", "predictions", x, units=1000, activation="softmax", use_bias=True)
    return net.text(x, keras_version="2.13.1" if keras == 2 else "3.3.3")


def mobilenet(keras: int) -> str:
    net = Net(keras, [224, 224, 3], "mobilenet_1.00_224")

    def normed(name: str, x: str) -> str:
        return net.add("ReLU", f"{name}_relu", net.norm(f"{name}_bn", x), max_value=6.0)

    x = net.conv("conv1", net.start, 32, 3, strides=2, use_bias=False)
    x = normed("conv1", x)
    widths = [64, 128, 128, 256, 256, *[512] * 6, 1024, 1024]
    for number, width in enumerate(widths, 1):
        stride, name = 2 if number in (2, 4, 6, 12) else 1, f"conv_dw_{number}"
        if stride == 2:
            x = net.zeros(f"conv_pad_{number}", x, [0, 1], [0, 1])
        padding = "valid" if stride == 2 else "same"
        x = normed(name, net.depthwise(name, x, strides=[stride] * 2, padding=padding))
        name = f"conv_pw_{number}"
        x = normed(name, net.conv(name, x, width, 1, use_bias=False))
    x = net.add("GlobalAveragePooling2D", "global_average_pooling2d", x, keepdims=True)
    x = net.add("Dropout", "dropout", x, rate=0.001, noise_shape=None, seed=None)
    x = net.conv("conv_preds", x, 1000, 1)
    x = net.add("Reshape", "reshape_2", x, target_shape=[1000])
    return net.text(net.add("Activation", "predictions", x, activation="softmax"))
