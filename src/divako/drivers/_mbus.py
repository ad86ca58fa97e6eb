"""What a vendor writes to teach divako an M-Bus meter."""

from __future__ import annotations

import functools

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TypeAlias

from attrs import evolve, field, fields, frozen

from divako.drivers._block import Block, first_fitting, read_first
from divako.drivers._cipher import Cipher
from divako.drivers._known import Known, vib_of
from divako.drivers._mvt import Mvt
from divako.drivers._naming import device_pairs, snake_name
from divako.errors import DriverError, MalformedError, TruncatedError
from divako.mbus import Address, Body, Meaning, Reader, RecordList, meaning_as, meaning_of, reader_as
from divako.model import Function, Medium, Record, Status


_MOST_HEADERS = 4096
_KEY = 16

Answer: TypeAlias = float | str | None
Derive: TypeAlias = Callable[[Sequence[Record]], Iterable[Record]]


def _answers(values: Mapping[str, Answer]) -> tuple[tuple[str, Answer], ...]:
    return tuple(sorted(dict(values).items()))


@frozen
class TelegramExample:
    """A telegram and what it must decode to; every driver carries at least one.

    Parameters
    ----------
    frame : bytes
        A whole frame, wired or wireless without CRCs, of a test device and with a made-up
        number; never a customer's.
    values : mapping of str to float, str or None
        What is in it, by `label`: ``{"volume_m3": 12.345, "date s1": "2025-12-31"}``.
        Every record that the driver names is there; None stands for no value.
    key : bytes, optional
        The key of the test device, where the frame is enciphered.
    """

    frame: bytes = field(repr=False)
    values: tuple[tuple[str, Answer], ...] = field(converter=_answers)
    key: bytes | None = field(default=None, repr=False)


def label(record: Record) -> str:
    """Name a record of a telegram: column and indices, ``volume_m3 s1 t2 u1 maximum``."""
    words = [record.quantity if record.register is None else record.register.column]
    words += [f"{letter}{n}" for letter, n in (("s", record.storage), ("t", record.tariff), ("u", record.subunit)) if n]
    if record.function is not Function.INSTANTANEOUS:
        words.append(record.function.name.lower())
    return " ".join(words)


def _blocks(blocks: Block | Iterable[Block]) -> tuple[Block, ...]:
    return (blocks,) if isinstance(blocks, Block) else tuple(blocks)


def _known(records: Iterable[Known]) -> tuple[Known, ...]:
    return tuple(records)


def _telegrams(examples: Iterable[TelegramExample]) -> tuple[TelegramExample, ...]:
    return tuple(examples)


@frozen
class Said:
    """What a maker says of a record header.

    Parameters
    ----------
    known : Known
        As declared.
    meaning : Meaning or None
        What the header means; None where the data is a block of many values.
    reader : Reader or None
        Reads the data so; None for a block.
    """

    known: Known
    meaning: Meaning | None
    reader: Reader | None


@frozen(kw_only=True)
class MbusDriver:
    """Declarative description of what the telegrams of one kind of M-Bus meter leave to its maker.

    The standard's records decode without a driver. A driver says what the rest is: whole
    bodies in a layout of the maker's, the block behind DIF 0F, and records whose quantity
    only the maker knows.

    Parameters
    ----------
    name : str
        Unique snake-case name; also the name of its entry point.
    medium : Medium
        What flows through the meter.
    devices : sequence of (str, str)
        Vendor and model that people know the meter by.
    accepts : Mvt
        The telegrams that it reads.
    source : str
        Document, edition and section that the layout was taken from.
    examples : sequence of TelegramExample
        Telegrams with known answers, at least one; `divako.testing` runs them.
    body : Block or sequence of Block, optional
        The whole body, in place of the standard's records; the first block that fits is read.
    after_records : Block or sequence of Block, optional
        What stands behind DIF 0F.
    records : sequence of Known, optional
        Records whose quantity only the maker knows.
    security : str, default "none"
        How a body is enciphered that the standard knows nothing of.
    cipher : Cipher, optional
        How the records of the standard are enciphered in security modes of the maker's own.
    public_key : bytes, optional
        The key that the meters have until their operator gives them another, where it is public; tried on
        telegrams in security mode 5 for which nobody has a key. [16 bytes]
    address : callable, optional
        Gives an address as printed on the meter, where it is sent in an order of the maker's own:
        a named function of the `Address` as sent.
    derive : callable, optional
        Gives records that follow from the others, such as a sum over phases: a pure, named
        function of the records.

    Raises
    ------
    DriverError
        The name is no such name, source or example is missing, or there is nothing to read.
    """

    name: str = field(validator=snake_name)
    medium: Medium
    devices: tuple[tuple[str, str], ...] = field(converter=device_pairs)
    accepts: Mvt
    source: str
    examples: tuple[TelegramExample, ...] = field(converter=_telegrams)
    body: tuple[Block, ...] = field(default=(), converter=_blocks)
    after_records: tuple[Block, ...] = field(default=(), converter=_blocks)
    records: tuple[Known, ...] = field(default=(), converter=_known)
    security: str = "none"
    cipher: Cipher | None = None
    public_key: bytes | None = field(default=None, repr=False)
    address: Callable[[Address], Address] | None = None
    derive: Derive | None = None
    _rules: dict[bytes, tuple[Known, ...]] = field(init=False, eq=False, repr=False, factory=dict)
    _places: dict[tuple[bytes, int], tuple[int, ...]] = field(init=False, eq=False, repr=False, factory=dict)
    _said: dict[bytes, Said | None] = field(init=False, eq=False, repr=False, factory=dict)

    def __attrs_post_init__(self) -> None:
        if len(self.source) < 8 or not self.examples:
            msg = "a driver names the source of its layout and carries an example"
            raise DriverError(msg)
        if self.public_key is not None and len(self.public_key) != _KEY:
            msg = "a public key has 16 bytes"
            raise DriverError(msg)
        if bool(self.body) == bool(self.after_records or self.records or self.cipher or self.public_key):
            msg = "a driver reads whole bodies, or what the records of the standard leave open"
            raise DriverError(msg)
        for known in self.records:
            self._rules[known.vib] = (*self._rules.get(known.vib, ()), known)

    def __reduce__(self) -> tuple[Callable[[], MbusDriver], tuple[()]]:
        # What a driver has learned of headers stays here: another process learns it again.
        given = {part.name: getattr(self, part.name) for part in fields(MbusDriver) if part.init}
        return functools.partial(MbusDriver, **given), ()

    @property
    def names_records(self) -> bool:
        """Whether it reads anything, and does not decipher alone."""
        return bool(self.body or self.after_records or self.records)

    @property
    def reads_whole(self) -> bool:
        """Whether it reads whole bodies, in place of the records of the standard."""
        return bool(self.body)

    def printed(self, address: Address) -> Address:
        """Give an address as it is printed on the meter."""
        return address if self.address is None else self.address(address)

    def open(self, body: Body) -> bytes:
        """Decipher the records of a body.

        Raises
        ------
        DriverError
            The driver has no cipher.
        DecryptionError
            The key or the body is wrong.
        """
        if self.cipher is None:
            msg = "this driver has no cipher"
            raise DriverError(msg)
        return self.cipher.opens(body.data, body)

    def read(self, body: Body) -> RecordList:
        """Read a whole body.

        Raises
        ------
        TruncatedError, MalformedError, MissingKeyError, DecryptionError
            It is not as declared, or enciphered and not to be opened.
        """
        return RecordList(read_first(self.body, body.data, body), maker_data=body.data)

    def refine(self, found: RecordList, body: Body) -> RecordList:
        """Put a name to the records and the block that the standard leaves to the maker.

        A block that is not as declared stays bytes: the records before it are right
        without it. Flags that a block raises hold for the numbers of all records.
        """
        places = self._places_of(found) if self._rules else ()
        if not places and not (self.after_records and found.maker_data):
            return found
        records, flags = self._renamed(found.records, places, body)
        if self.after_records and found.maker_data:
            try:
                block, more = first_fitting(self.after_records, found.maker_data, body)
            except (TruncatedError, MalformedError):
                pass
            else:
                flags |= block.flags(found.maker_data, body)
                records = [*records, *more]
        if flags:
            records = [_flagged(record, flags) for record in records]
        if self.derive is not None:
            records.extend(evolve(more, time=body.received_at) for more in self.derive(records))
        return RecordList(tuple(records), found.maker_data, found.more_follows, found.headers, found.damage)

    def _places_of(self, found: RecordList) -> tuple[int, ...]:
        """Give the places of the records that the maker says something of; the same for the same headers."""
        key = (found.headers, len(found.records))
        try:
            return self._places[key]
        except KeyError:
            if len(self._places) >= _MOST_HEADERS:
                self._places.clear()
            places = tuple(place for place, one in enumerate(found.records) if self.said_of(one.header) is not None)
            self._places[key] = places
            return places

    def _renamed(self, records: tuple[Record, ...], places: tuple[int, ...], body: Body) -> tuple[list[Record], Status]:
        out: list[Record] = []
        flags, last = Status.OK, 0
        for place in places:
            out.extend(records[last:place])
            new, raised = self._named(records[place], body)
            out.extend(new)
            flags |= raised
            last = place + 1
        out.extend(records[last:])
        return out, flags

    def said_of(self, header: bytes) -> Said | None:
        """Give what the maker says of a record header; None where the standard has the last word.

        Parameters
        ----------
        header : bytes
            As sent; empty for a record that has none.
        """
        if not header or not self._rules:
            return None
        try:
            return self._said[header]
        except KeyError:
            if len(self._said) >= _MOST_HEADERS:
                self._said.clear()
            said = self._said[header] = self._rule_of(header)
            return said

    def _named(self, record: Record, body: Body) -> tuple[tuple[Record, ...], Status]:
        """Give what a record really is, and the flags that it raises."""
        said = self.said_of(record.header)
        if said is None:
            return (record,), Status.OK
        if said.reader is not None:
            return (said.reader(record.raw, body.status, body.received_at),), Status.OK
        if Status.RECORD_ERROR in record.status:
            return (record,), Status.OK
        try:
            block, records = first_fitting(said.known.block, record.raw, body)
        except (TruncatedError, MalformedError):
            return (record,), Status.OK
        return records, block.flags(record.raw, body)

    def _rule_of(self, header: bytes) -> Said | None:
        rules = self._rules.get(vib_of(header), ())
        plain = meaning_of(header) if rules else None
        for known in rules:
            if plain is not None and all(
                wanted is None or wanted == has
                for wanted, has in (
                    (known.storage, plain.storage),
                    (known.tariff, plain.tariff),
                    (known.subunit, plain.subunit),
                    (known.function, plain.function),
                )
            ):
                if known.block:
                    return Said(known, None, None)
                meaning = _meaning_of(known, header)
                return Said(known, meaning, reader_as(meaning, header))
        return None


def _flagged(record: Record, flags: Status) -> Record:
    return evolve(record, status=record.status | flags) if flags and record.register is not None else record


def _meaning_of(known: Known, header: bytes) -> Meaning:
    """Say what a record header means, with all that its maker says of it."""
    quantity = known.quantity or (known.register.name if known.register is not None else "")
    meaning = meaning_as(header, known.register, quantity, unsigned=known.unsigned, date=known.date)
    return evolve(
        meaning,
        has_value=not known.missing,
        status=meaning.status | (Status.RECORD_ERROR if known.missing else Status.OK),
        storage=meaning.storage if known.as_storage is None else known.as_storage,
        tariff=meaning.tariff if known.as_tariff is None else known.as_tariff,
        subunit=meaning.subunit if known.as_subunit is None else known.as_subunit,
    )
