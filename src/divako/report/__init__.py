"""A report for people: one self-contained page in Norwegian and English; needs the extra ``report``."""

from divako.report._model import Comparison, MediumConsumption, Refusal, Report, Unshared
from divako.report._render import render


__all__ = ["Comparison", "MediumConsumption", "Refusal", "Report", "Unshared", "render"]
