"""Layers under the roof of a device: what its peak and its bandwidth allow, and what they reach.

:mod:`points` says where each layer lies, :mod:`page` writes that as a table, :mod:`picture` lays
it out, and :mod:`svg` and :mod:`png` write the picture.
"""

from __future__ import annotations

from .points import Point, Roof, Roofline, roofline

__all__ = ["Point", "Roof", "Roofline", "roofline"]
