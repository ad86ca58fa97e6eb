"""The value objects and tables that move between the other packages."""

from divako.model._arrow_column import ArrowColumn, BinaryColumn
from divako.model._arrow_in import ArrowProducer, arrow_column, arrow_table, binary_column, speaks_arrow
from divako.model._consumption import Consumption
from divako.model._finding import Finding, FindingCode, Findings
from divako.model._readings import Readings, values_of_counts
from divako.model._register import Function, Kind, Medium, Register
from divako.model._rows import is_reading, readings_of_records
from divako.model._site import Installation, Meter, Section, Site, Tenancy, Zone
from divako.model._status import Quality, Status, Step
from divako.model._table import Table, encode_words
from divako.model._telegram import Mvt, Reception, Record, Telegram, Uplink, Verdict, filled_record


__all__ = [
    "ArrowColumn",
    "ArrowProducer",
    "BinaryColumn",
    "Consumption",
    "Finding",
    "FindingCode",
    "Findings",
    "Function",
    "Installation",
    "Kind",
    "Medium",
    "Meter",
    "Mvt",
    "Quality",
    "Readings",
    "Reception",
    "Record",
    "Register",
    "Section",
    "Site",
    "Status",
    "Step",
    "Table",
    "Telegram",
    "Tenancy",
    "Uplink",
    "Verdict",
    "Zone",
    "arrow_column",
    "arrow_table",
    "binary_column",
    "encode_words",
    "filled_record",
    "is_reading",
    "readings_of_records",
    "speaks_arrow",
    "values_of_counts",
]
