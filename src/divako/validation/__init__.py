"""Validation of interval consumption: the usual checks as parameter objects."""

from divako.validation._lines import IntervalLines, lines_of
from divako.validation._reference import HighLowCheck, HistoricalMaximumCheck, SumCheck
from divako.validation._registers import RegisterSpans, register_spans
from divako.validation._rows import GapCheck, NegativeCheck, SpikeCheck, ZeroCheck


__all__ = [
    "GapCheck",
    "HighLowCheck",
    "HistoricalMaximumCheck",
    "IntervalLines",
    "NegativeCheck",
    "RegisterSpans",
    "SpikeCheck",
    "SumCheck",
    "ZeroCheck",
    "lines_of",
    "register_spans",
]
