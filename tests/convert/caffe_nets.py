"""Nets in the form of Caffe's prototxt files, layer by layer."""

from __future__ import annotations


def layer(name: str, kind: str, bottoms: str, fields: str = "", tops: str = "") -> str:
    """Return a layer; its tops are its name unless others are given."""
    reads = "".join(f' bottom: "{one}"' for one in bottoms.split())
    writes = "".join(f' top: "{one}"' for one in (tops or name).split())
    return f'layer {{ name: "{name}" type: "{kind}"{reads}{writes} {fields} }}\n'


def start(*sizes: int) -> str:
    dims = " ".join(f"dim: {size}" for size in sizes)
    return f'name: "n"\n{layer("data", "Input", "", f"input_param {{ shape {{ {dims} }} }}")}'


def conv(name: str, bottom: str, filters: int, size: int, more: str = "") -> str:
    fields = f"num_output: {filters} kernel_size: {size} {more}"
    return layer(name, "Convolution", bottom, f"convolution_param {{ {fields} }}")


def rectified(name: str, bottom: str, filters: int, size: int, more: str = "") -> str:
    return conv(name, bottom, filters, size, more) + layer(f"{name}_relu", "ReLU", name, "", name)


def pool(name: str, bottom: str, fields: str) -> str:
    return layer(name, "Pooling", bottom, f"pooling_param {{ pool: MAX {fields} }}")


def ssd_head(source: str, boxes: int, classes: int) -> str:
    """Return places and classes of a map's boxes: convolved, channels last, in a row."""
    text = ""
    for what, values in (("loc", 4), ("conf", classes)):
        name = f"{source}_mbox_{what}"
        text += conv(name, source, boxes * values, 3, "pad: 1")
        order = "permute_param { order: 0 order: 2 order: 3 order: 1 }"
        text += layer(f"{name}_perm", "Permute", name, order)
        text += layer(f"{name}_flat", "Flatten", f"{name}_perm", "flatten_param { axis: 1 }")
    boxes_of = "prior_box_param { min_size: 30.0 aspect_ratio: 2 flip: true }"
    return text + layer(f"{source}_mbox_priorbox", "PriorBox", f"{source} data", boxes_of)


def ssd_end(sources: list[str], classes: int, detected: bool = True) -> str:
    """Return the joined heads and the detections that read them."""
    text = ""
    for what, ending, axis in (("loc", "_flat", 1), ("conf", "_flat", 1), ("priorbox", "", 2)):
        bottoms = " ".join(f"{source}_mbox_{what}{ending}" for source in sources)
        text += layer(f"mbox_{what}", "Concat", bottoms, f"concat_param {{ axis: {axis} }}")
    shape = f"reshape_param {{ shape {{ dim: 0 dim: -1 dim: {classes} }} }}"
    text += layer("mbox_conf_reshape", "Reshape", "mbox_conf", shape)
    softmax = "softmax_param { axis: 2 }"
    text += layer("mbox_conf_softmax", "Softmax", "mbox_conf_reshape", softmax)
    flat = "flatten_param { axis: 1 }"
    text += layer("mbox_conf_flatten", "Flatten", "mbox_conf_softmax", flat)
    if detected:
        text += layer(
            "detection_out", "DetectionOutput", "mbox_loc mbox_conf_flatten mbox_priorbox"
        )
    return text


def ssd300(classes: int) -> str:
    text, x = start(1, 3, 300, 300), "data"
    for block, (width, count) in enumerate([(64, 2), (128, 2), (256, 3), (512, 3), (512, 3)], 1):
        for number in range(1, count + 1):
            name = f"conv{block}_{number}"
            text += rectified(name, x, width, 3, "pad: 1")
            x = name
        fields = "kernel_size: 3 stride: 1 pad: 1" if block == 5 else "kernel_size: 2 stride: 2"
        text += pool(f"pool{block}", x, fields)
        x = f"pool{block}"
    text += rectified("fc6", x, 1024, 3, "pad: 6 dilation: 6") + rectified("fc7", "fc6", 1024, 1)
    x = "fc7"
    for number, (narrow, wide, more) in enumerate(
        [(256, 512, "pad: 1 stride: 2"), (128, 256, "pad: 1 stride: 2"), (128, 256, ""),
         (128, 256, "")], 6
    ):  # fmt: skip
        text += rectified(f"conv{number}_1", x, narrow, 1)
        x = f"conv{number}_2"
        text += rectified(x, f"conv{number}_1", wide, 3, more)
    norm = "norm_param { across_spatial: false channel_shared: false }"
    text += layer("conv4_3_norm", "Normalize", "conv4_3", norm)
    boxes = {"conv4_3_norm": 4, "fc7": 6, "conv6_2": 6, "conv7_2": 6, "conv8_2": 4, "conv9_2": 4}
    text += "".join(ssd_head(source, count, classes) for source, count in boxes.items())
    return text + ssd_end(list(boxes), classes)
