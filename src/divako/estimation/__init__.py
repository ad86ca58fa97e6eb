"""Estimation of interval consumption from the register, and a log that keeps what was there before."""

from divako.estimation._edits import Edits, made_by, replace_counts, replayed, restored
from divako.estimation._estimate import estimate
from divako.estimation._gap import fill_gap
from divako.estimation._methods import Linear, Method, Profile, SimilarDays


__all__ = [
    "Edits",
    "Linear",
    "Method",
    "Profile",
    "SimilarDays",
    "estimate",
    "fill_gap",
    "made_by",
    "replace_counts",
    "replayed",
    "restored",
]
