"""Write beside, then rename: a file is there whole, or as it was before."""

from __future__ import annotations

import contextlib
import errno
import json
import os
import secrets
import shutil

from collections.abc import Iterator
from pathlib import Path

from divako.errors import StoreError


@contextlib.contextmanager
def replacing(path: str | os.PathLike[str]) -> Iterator[Path]:
    """Give a path to write to that takes the place of another when all went well.

    Parameters
    ----------
    path : path-like
        The file to make or replace; its folder must exist. Of a symbolic link it is the
        file that it leads to.

    Yields
    ------
    Path
        A name beside it, with the same suffix. It is renamed when the block ends,
        and removed when the block is left by any exception, Ctrl-C included. What is no
        regular file, such as ``/dev/null`` or a pipe, is written to as it is.

    Raises
    ------
    StoreError
        The folder does not exist or cannot be written to, or the disk is full.
    """
    target = Path(os.path.realpath(path))
    # A device must not be replaced by a file: the next program would find none.
    special = os.path.exists(target) and not (target.is_file() or target.is_dir())  # noqa: PTH110 - a name too long is none
    beside = target if special else target.with_name(f".{target.stem[:80]}-{secrets.token_hex(4)}{target.suffix}")
    try:
        if special:
            yield beside
            return
        beside.touch(exist_ok=False)
        yield beside
        with beside.open("rb") as written:
            os.fsync(written.fileno())
        beside.replace(target)
    except OSError as error:
        msg = f"{os.fspath(path)} cannot be written: {error.strerror or 'unknown reason'}"
        raise StoreError(msg) from error
    finally:
        if not special:
            with contextlib.suppress(OSError):
                beside.unlink(missing_ok=True)


@contextlib.contextmanager
def replacing_files(folder: str | os.PathLike[str]) -> Iterator[Path]:
    """Give an empty folder whose files take the places of those in another when all went well.

    Parameters
    ----------
    folder : path-like
        Where the files go in the end; it must exist.

    Yields
    ------
    Path
        A folder within it. Its files are moved out when the block ends, and it is removed
        however the block is left: of many files that belong together, none is new while
        others are old because writing them failed.

    Raises
    ------
    StoreError
        The folder cannot be written to.
    """
    target = Path(folder)
    inside = target / f".new-{secrets.token_hex(4)}"
    try:
        inside.mkdir()
        yield inside
        for file in sorted(inside.iterdir()):
            file.replace(target / file.name)
    except OSError as error:
        msg = f"{os.fspath(folder)} cannot be written to: {error.strerror or 'unknown reason'}"
        raise StoreError(msg) from error
    finally:
        shutil.rmtree(inside, ignore_errors=True)


def make_folder(path: str | os.PathLike[str]) -> Path:
    """Make a folder and those above it, if they are not there yet.

    Raises
    ------
    StoreError
        It cannot be made, or a file has its name.
    """
    folder = Path(path)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        msg = f"{folder} cannot be made a folder: {error.strerror or 'unknown reason'}"
        raise StoreError(msg) from error
    return folder


def require_writable(path: str | os.PathLike[str]) -> None:
    """Refuse a folder that cannot be written to or made, without making it.

    Parameters
    ----------
    path : path-like
        The folder.

    Raises
    ------
    StoreError
        It, or the first folder above it that there is, is none or must not be written to.
    """
    folder = Path(path)
    there = next(one for one in (folder, *folder.absolute().parents) if one.exists())
    if not there.is_dir():
        msg = f"{folder} cannot be made a folder: {there} is a file"
        raise StoreError(msg)
    if not os.access(there, os.W_OK | os.X_OK):
        msg = f"{folder} cannot be written to: {os.strerror(errno.EACCES)}"
        raise StoreError(msg)


def write_bytes(content: bytes, path: str | os.PathLike[str]) -> None:
    """Write bytes to a file, all or nothing.

    Raises
    ------
    StoreError
        The file cannot be written.
    """
    with replacing(path) as beside:
        beside.write_bytes(content)


def write_text(text: str, path: str | os.PathLike[str]) -> None:
    """Write a text to a file in UTF-8, all or nothing.

    What UTF-8 cannot say, such as a part of a file's name that is none, is written as
    an escape with a backslash.

    Raises
    ------
    StoreError
        The file cannot be written.
    """
    write_bytes(text.encode(errors="backslashreplace"), path)


def write_json(document: object, path: str | os.PathLike[str]) -> None:
    """Write a document to a JSON file, all or nothing.

    Raises
    ------
    StoreError
        The file cannot be written.
    """
    write_text(json.dumps(document, ensure_ascii=False, indent=1, allow_nan=False) + "\n", path)
