"""Detectors in the form of darknet's cfg files, section by section."""

from __future__ import annotations


def section(kind: str, **options: object) -> str:
    return f"[{kind}]\n" + "".join(f"{key}={value}\n" for key, value in options.items()) + "\n"


def net(size: int) -> str:
    return section("net", batch=1, width=size, height=size, channels=3)


def conv(filters: int, size: int = 3, stride: int = 1, activation: str = "leaky") -> str:
    options = {"filters": filters, "size": size, "stride": stride, "pad": 1}
    return section("convolutional", batch_normalize=1, **options, activation=activation)


def route(*layers: int, **more: int) -> str:
    return section("route", layers=", ".join(map(str, layers)), **more)


def head(mask: str, filters: int = 255) -> str:
    last = section("convolutional", size=1, stride=1, pad=1, filters=filters, activation="linear")
    return last + section("yolo", mask=mask, classes=80, num=9)


def pool(size: int, stride: int) -> str:
    return section("maxpool", size=size, stride=stride)


def yolov4_tiny() -> str:
    """Return the net of 38 layers whose cross stage partial blocks read half of the channels."""
    text = net(416) + conv(32, 3, 2) + conv(64, 3, 2)
    for width in (64, 128, 256):
        text += conv(width) + route(-1, groups=2, group_id=1)
        text += conv(width // 2) + conv(width // 2) + route(-1, -2)
        text += conv(width, 1) + route(-6, -1) + pool(2, 2)
    text += conv(512) + conv(256, 1) + conv(512) + head("3,4,5")
    text += route(-4) + conv(128, 1) + section("upsample", stride=2) + route(-1, 23)
    return text + conv(256) + head("0,1,2")


def yolov3(size: int, spp: bool = False) -> str:
    """Return the net of 107 layers, or of 114 with spatial pyramid pooling."""
    text = net(size) + conv(32)
    for width, count in ((64, 1), (128, 2), (256, 8), (512, 8), (1024, 4)):
        text += conv(width, 3, 2)
        for _ in range(count):
            text += conv(width // 2, 1) + conv(width)
            text += section("shortcut", **{"from": -3}, activation="linear")
    text += conv(512, 1) + conv(1024) + conv(512, 1)
    if spp:
        text += pool(5, 1) + route(-2) + pool(9, 1) + route(-4) + pool(13, 1)
        text += route(-1, -3, -5, -6) + conv(512, 1)
    else:
        text += conv(1024) + conv(512, 1)
    text += conv(1024) + (conv(512, 1) + conv(1024) if spp else "") + head("6,7,8")
    for width, place, mask in ((256, 61, "3,4,5"), (128, 36, "0,1,2")):
        text += route(-4) + conv(width, 1) + section("upsample", stride=2) + route(-1, place)
        text += (conv(width, 1) + conv(2 * width)) * 3 + head(mask)
    return text


def panet() -> str:
    """Return three scales that are joined on the way down and again on the way up."""
    text = net(64) + conv(8, 3, 2) + conv(16, 3, 2) + conv(32, 3, 2)  # 0, 1, 2
    text += section("upsample", stride=2) + route(-1, 1) + conv(16, 1)  # 3, 4, 5
    text += section("upsample", stride=2) + route(-1, 0) + conv(8, 1)  # 6, 7, 8
    text += conv(8, 3, 2) + route(-1, 5) + conv(16, 1)  # 9, 10, 11
    return text + conv(16, 3, 2) + route(-1, 2) + conv(32, 1)  # 12, 13, 14
