"""Thresholds measured on photos of known people, to a false match rate that is promised.

run             `calibrate`: from a gallery and photos to a calibration that it keeps
measure         chosen on some people, measured on others
masked          the same where masks are worn
task            what is asked for
material        whose photos
painting        masked copies of them
deal            who is in which part
split           two parts of the people
enough          are they enough, and how many are missing
similarities    everybody in a part compared
chosen          a threshold and curves from them
points          rates at thresholds
upper           thresholds that hold for people who were not there
tail            what a search among many needs
probability     from similarity to probability
strangers       searches, to see whether it holds
traditional     what tutorials' distances would do
"""

from kith.evaluation.calibrate.measure import CalibrationReport
from kith.evaluation.calibrate.run import FMR, FPIR, calibrate

__all__ = ["FMR", "FPIR", "CalibrationReport", "calibrate"]
