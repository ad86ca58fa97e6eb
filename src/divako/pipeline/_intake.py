"""The telegram files of a project, decoded; and a list of what was refused."""

from __future__ import annotations

import itertools

from collections.abc import Callable, Iterator
from pathlib import Path

from attrs import evolve, field, frozen

from divako.errors import DecodeError, DivakoError, UnknownFormatError
from divako.lorawan import parse_uplink
from divako.model import Readings, Telegram, readings_of_records
from divako.pipeline._decoded import Seen, decode_item
from divako.pipeline._in_bulk import decode_run, is_plain
from divako.pipeline._items import Item, read_items
from divako.pipeline._project import Project
from divako.stores import read_lines
from divako.telegrams import Formats, decode_uplink


Progress = Callable[[str, int, int], None]
_EVERY = 2000
_CHUNK = 10_000  # telegrams
_UNLISTED = "project.unlisted_meter"


@frozen(kw_only=True)
class Refused:
    """One line of input that gave nothing.

    Parameters
    ----------
    file : str
        Name of the file, relative to the project.
    line : int
        Number of the line, from 1.
    code : str
        Stable code of the error.
    layer : str or None
        Protocol layer that refused it.
    offset : int or None
        Where in that layer. [byte]
    message : str
        Why, without payload, key or meter number.
    """

    file: str
    line: int
    code: str
    layer: str | None = None
    offset: int | None = None
    message: str = ""

    @classmethod
    def of(cls, item: Item, error: DivakoError) -> Refused:
        """Make the entry for an item and its error."""
        layer, offset = (error.layer, error.offset) if isinstance(error, DecodeError) else (None, None)
        return cls(
            file=item.file, line=item.line, code=error.code, layer=layer, offset=offset, message=str(error.args[0])
        )


def take_in(project: Project, progress: Progress | None) -> tuple[Readings, int, list[Refused]]:
    """Decode all telegrams of a project.

    Parameters
    ----------
    project : Project
        Names the files, keys and meters.
    progress : callable or None
        Told how many of how many lines are done.

    Returns
    -------
    tuple of Readings, int and list of Refused
        The readings of listed meters, how many telegrams they came in, and the lines
        that gave none. A telegram of a meter that the project does not list is refused.
        A compact frame is read with the headers of the full frames before it.
    """
    try:
        return _take(project, progress, in_bulk=True)
    except UnknownFormatError:
        # A compact frame needs the frames before it one by one.
        return _take(project, progress, in_bulk=False)


def _take(project: Project, progress: Progress | None, *, in_bulk: bool) -> tuple[Readings, int, list[Refused]]:
    drivers = {meter.id: meter.driver for meter in project.site.meters if meter.driver is not None}
    listed = {meter.id for meter in project.site.meters}
    total = sum(_lines_in(path) for path in project.files)
    parts = _Parts()
    refused: list[Refused] = []
    seen = Seen()
    done = 0

    def tell(before: int, done: int) -> None:
        if progress is not None and done // _EVERY > before // _EVERY:
            progress("decode", done, max(total, done))

    for run in _runs(project, in_bulk=in_bulk):
        before, done = done, done + len(run)
        tell(before, done)
        if in_bulk and is_plain(run[0]):
            got = decode_run(run, project.keys, listed)
            parts.take(got.readings)
            refused += [_unlisted(item) if error is None else Refused.of(item, error) for item, error in got.refused]
            continue
        for item in run:
            try:
                telegram = _decode(item, drivers, project, seen.formats)
            except DivakoError as error:
                if in_bulk and isinstance(error, UnknownFormatError):
                    raise
                refused.append(Refused.of(item, error))
                continue
            if telegram.meter_id in listed:
                seen.learn(telegram)
                parts.add(telegram)
            else:
                refused.append(_unlisted(item))
    if progress is not None:
        progress("decode", done, done)
    parts.flush()
    return Readings.concatenate(parts.tables), done - len(refused), refused


def _runs(project: Project, *, in_bulk: bool) -> Iterator[list[Item]]:
    """Give items that stand together and may be decoded together, in their order."""
    alike = itertools.groupby(_items(project), key=is_plain if in_bulk else lambda _: False)
    for plain, items in alike:
        while run := list(itertools.islice(items, _EVERY if plain else 1)):
            yield run


def _unlisted(item: Item) -> Refused:
    message = "a telegram of a meter that the project does not list"
    return Refused(file=item.file, line=item.line, code=_UNLISTED, message=message)


@frozen(eq=False)
class _Parts:
    """Telegrams that wait to become rows, and the tables of those that have: records take much memory."""

    waiting: list[Telegram] = field(factory=list)
    tables: list[Readings] = field(factory=list)

    def add(self, telegram: Telegram) -> None:
        self.waiting.append(telegram)
        if len(self.waiting) == _CHUNK:
            self.flush()

    def take(self, readings: Readings) -> None:
        """Put a table behind what is there."""
        self.flush()
        self.tables.append(readings)

    def flush(self) -> None:
        ids = [telegram.meter_id for telegram in self.waiting]
        self.tables.append(readings_of_records(ids, (telegram.records for telegram in self.waiting))[0])
        self.waiting.clear()


def _items(project: Project) -> Iterator[Item]:
    for path in project.files:
        name = path.relative_to(project.folder) if path.is_relative_to(project.folder) else path
        yield from read_items(read_lines(path, name=str(name)))


def _decode(item: Item, drivers: dict[str, str], project: Project, formats: Formats) -> Telegram:
    """Decode with the driver that the project names, where the line names none."""
    if item.device is None and item.document is not None:
        uplink = parse_uplink(item.document)
        return decode_uplink(uplink, device=drivers.get(uplink.dev_eui))
    if item.device is None and item.meter_id in drivers:
        item = evolve(item, device=drivers[item.meter_id])
    return decode_item(item, keys=project.keys, formats=formats)


def _lines_in(path: Path) -> int:
    try:
        with path.open("rb") as file:
            return sum(chunk.count(b"\n") for chunk in iter(lambda: file.read(1 << 20), b""))
    except OSError:
        return 0  # reading it will say what is wrong
