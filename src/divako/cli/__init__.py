"""The command line: a thin face that reads files, calls the library and writes what it gives."""

from divako.cli._main import main


__all__ = ["main"]
