"""The costs of a project file, checked against its meters and sections."""

from __future__ import annotations

import difflib

from collections.abc import Sequence
from fractions import Fraction

from attrs import frozen

from divako.allocation import Cost, MainMeter, Part, Tariff, minor_units
from divako.convert import fraction_text
from divako.errors import AllocationError, ProjectError
from divako.model import Medium
from divako.pipeline._project_file import CostTable, PartTable, ProjectFile, TariffTable


_SHARED_WITHOUT = frozenset({"pro_rata", "equal"})  # differences of a main meter that need no attribute


@frozen
class CostReader:
    """Makes costs of tables.

    Parameters
    ----------
    file : ProjectFile
        The whole file, for what a cost refers to.
    """

    file: ProjectFile

    def cost(self, table: CostTable, path: str) -> Cost:
        """Make a cost.

        Raises
        ------
        ProjectError
            It contradicts itself or the rest of the file.
        """
        tariff = None if table.tariff is None else self._tariff(table.tariff, f"{path}.tariff")
        try:
            return Cost(
                id=table.id,
                title=table.title,
                basis=table.basis,
                amount=None if table.amount is None else self._money(table.amount, f"{path}.amount"),
                parts=[self._part(part, f"{path}.parts[{i}]") for i, part in enumerate(table.parts)],
                tariff=tariff,
                fixed=None if table.fixed is None else self._part(table.fixed, f"{path}.fixed"),
                metered=None if table.metered is None else self._part(table.metered, f"{path}.metered"),
            )
        except AllocationError as error:
            raise ProjectError(str(error.args[0]), path=path) from None

    def tariff(self, table: TariffTable, path: str) -> Tariff:
        """Make a tariff.

        Raises
        ------
        ProjectError
            An amount of it cannot be.
        """
        try:
            return Tariff.from_text(
                id=table.id,
                medium=table.medium.value,
                fixed=fraction_text(table.fixed),
                price=fraction_text(table.price),
                currency=self.file.currency,
            )
        except AllocationError as error:
            raise ProjectError(str(error.args[0]), path=path) from None

    def _tariff(self, name: str, path: str) -> Tariff:
        for index, table in enumerate(self.file.tariffs):
            if table.id != name:
                continue
            if "main" not in self._roles(table.medium):
                msg = "there is no main meter of the medium of this tariff"
                raise ProjectError(msg, path=path)
            return self.tariff(table, f"tariffs[{index}]")
        msg = f"no tariff has this id{near(name, [table.id for table in self.file.tariffs])}"
        raise ProjectError(msg, path=path)

    def _money(self, amount: Fraction, path: str) -> int:
        try:
            return minor_units(fraction_text(amount), currency=self.file.currency)
        except AllocationError as error:
            raise ProjectError(str(error.args[0]), path=path) from None

    def _part(self, table: PartTable, path: str) -> Part:
        sections = self._participants(table, path)
        if table.by not in {"consumption", "equal"}:
            self._attribute(table.by, sections, f"{path}.by")
        if table.times is not None:
            self._attribute(table.times, sections, f"{path}.times")
        main = None
        if table.difference is not None:
            if table.difference not in _SHARED_WITHOUT:
                self._attribute(table.difference, sections, f"{path}.difference")
            main = self._main(table, path)
        if table.medium is not None:
            self._metered(table.medium, sections, path, needs_main=main is not None)
        try:
            return Part(
                by=table.by,
                medium=table.medium,
                share=table.share,
                times=table.times,
                only=table.only,
                exclude=table.exclude,
                main=main,
            )
        except AllocationError as error:
            raise ProjectError(str(error.args[0]), path=path) from None

    def _main(self, table: PartTable, path: str) -> MainMeter:
        try:
            return MainMeter(difference=str(table.difference), negative=table.negative)
        except AllocationError as error:
            raise ProjectError(str(error.args[0]), path=path) from None

    def _participants(self, table: PartTable, path: str) -> list[int]:
        """List the sections that take part, by their place in the file."""
        ids = [section.id for section in self.file.sections]
        for name in ("only", "exclude"):
            for place, one in enumerate(getattr(table, name)):
                if one not in ids:
                    msg = f"no section has this id{near(one, ids)}"
                    raise ProjectError(msg, path=f"{path}.{name}[{place}]")
        return [i for i, one in enumerate(ids) if (not table.only or one in table.only) and one not in table.exclude]

    def _attribute(self, name: str, sections: Sequence[int], path: str) -> None:
        for index in sections:
            attributes = dict(self.file.sections[index].attributes)
            if name not in attributes:
                msg = f"sections[{index}] has no attribute of this name{near(name, list(attributes))}"
                raise ProjectError(msg, path=path)
            if attributes[name] < 0:
                msg = "costs are shared by it, so it must not be negative"
                raise ProjectError(msg, path=f"sections[{index}].attributes.{name}")

    def _metered(self, medium: Medium, sections: Sequence[int], path: str, *, needs_main: bool) -> None:
        of_medium = self._meters(medium)
        metered = {i.section for i in self.file.installations if i.role == "sub" and i.meter.lower() in of_medium}
        for index in sections:
            if self.file.sections[index].id not in metered:
                msg = f"sections[{index}] has no meter of this medium"
                raise ProjectError(msg, path=f"{path}.medium")
        if needs_main and "main" not in self._roles(medium):
            msg = "there is no main meter of this medium to have a difference"
            raise ProjectError(msg, path=f"{path}.difference")

    def _meters(self, medium: Medium) -> set[str]:
        return {meter.id.lower() for meter in self.file.meters if meter.medium is medium}

    def _roles(self, medium: Medium) -> set[str]:
        of_medium = self._meters(medium)
        return {i.role for i in self.file.installations if i.meter.lower() in of_medium}


def near(name: str, known: Sequence[str]) -> str:
    """Say which known name a wrong one may have been meant for."""
    found = difflib.get_close_matches(name, known, n=1)
    return f"; did you mean {found[0]}?" if found else ""
