"""The time of layers and nets on a device: predicted from a few fitted numbers, with the error.

:mod:`work` says what a layer asks for, :mod:`model` how long a device takes, :mod:`fit` how the
model's numbers follow from measurements, :mod:`predict` what is then said of a layer.
"""

from __future__ import annotations

from .calibration import calibrated
from .design import CalibrationLayer, calibration_layers
from .fit import Fit, fit, held_out
from .nets import NetPrediction, predict_net
from .predict import ErrorClass, Prediction, Terms, predict, predict_all
from .profile import Calibration, Figure, Profile, parsed, profile, text_of
from .score import Score
from .work import KINDS, Work, kernels_of, works

__all__ = [
    "KINDS", "Calibration", "CalibrationLayer", "ErrorClass", "Figure", "Fit", "NetPrediction",
    "Prediction", "Profile", "Score", "Terms", "Work", "calibrated", "calibration_layers", "fit",
    "held_out", "kernels_of", "parsed", "predict", "predict_all", "predict_net", "profile",
    "text_of", "works",
]  # fmt: skip
