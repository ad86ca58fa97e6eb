"""All of it in one call, from one project file; and lines of text to telegrams."""

from divako.pipeline._analysis import Analysis, analysis_of
from divako.pipeline._decoded import Decoded, decode_item, decode_items
from divako.pipeline._demo import DemoResult, demo
from divako.pipeline._intake import Refused
from divako.pipeline._items import Item, read_items
from divako.pipeline._project import Project
from divako.pipeline._project_file import AnalysisTable, Rules
from divako.pipeline._project_load import load_project
from divako.pipeline._reckon import MediumTables
from divako.pipeline._run import STAGES, Results, run
from divako.pipeline._write import TABLE_FORMATS, report_of, write


__all__ = [
    "STAGES",
    "TABLE_FORMATS",
    "Analysis",
    "AnalysisTable",
    "Decoded",
    "DemoResult",
    "Item",
    "MediumTables",
    "Project",
    "Refused",
    "Results",
    "Rules",
    "analysis_of",
    "decode_item",
    "decode_items",
    "demo",
    "load_project",
    "read_items",
    "report_of",
    "run",
    "write",
]
