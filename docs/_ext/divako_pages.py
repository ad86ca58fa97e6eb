"""Parts of the documentation that are made from the code, so that they cannot differ from it.

Four directives, ``driver-index``, ``driver-list``, ``error-list`` and ``option-list``, and one page for each public package
below ``reference/api``, written before Sphinx looks for its sources.
"""

from __future__ import annotations

import argparse
import enum
import importlib
import inspect
import re
import tomllib
import types

from collections.abc import Iterator
from importlib.metadata import EntryPoint
from pathlib import Path
from typing import Any

import attrs

from docutils import nodes
from docutils.statemachine import StringList
from numpydoc.xref import DEFAULT_LINKS
from sphinx.application import Sphinx
from sphinx.config import Config
from sphinx.environment import BuildEnvironment
from sphinx.util.docutils import SphinxDirective

import divako

from divako import errors
from divako.cli._main import _parser
from divako.drivers import AnyDriver, Layout, available, load
from divako.units import Dimension, canonical_unit
from divako.units._factors import FACTORS


class _Markdown(SphinxDirective):
    """A directive that is a piece of markdown."""

    def markdown(self) -> Iterator[str]:
        """Give its lines."""
        raise NotImplementedError

    def run(self) -> list[nodes.Node]:
        self.env.note_reread()  # the code may have changed, though the page has not
        lines = list(self.markdown())
        holder = nodes.Element()
        holder.document = self.state.document
        self.state.nested_parse(StringList(lines, source=self.get_source_info()[0]), self.content_offset, holder)
        return holder.children


def _row(*cells: str) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def _table(*heads: str) -> Iterator[str]:
    yield _row(*heads)
    yield _row(*("---" for _ in heads))


# Drivers


def _shown(value: Any) -> str:
    """Write a value of a driver for people, whatever it is."""
    if isinstance(value, enum.Enum):
        return f"`{value.value}`"
    if callable(value):
        return "what it checks itself"
    if attrs.has(type(value)):
        parts = [
            (a.name.removeprefix("f_").replace("_", " "), getattr(value, a.name))
            for a in attrs.fields(type(value))
            if a.repr
        ]
        return "; ".join(f"{name} {_shown(one)}" for name, one in parts if one not in (None, (), frozenset(), ""))
    if isinstance(value, (set, frozenset)):  # of bytes, as protocols write them
        return ", ".join(_spans(sorted(value)))
    if isinstance(value, (tuple, list)):
        return ", ".join(map(_shown, value))
    return f"`{value}`"


def _spans(numbers: list[int]) -> Iterator[str]:
    """Write numbers in hexadecimal digits, those that follow one another as a span."""
    first = last = None
    for number in [*numbers, None]:
        if number is not None and last is not None and number == last + 1:
            last = number
            continue
        if first is not None and last is not None:
            yield f"`{first:02X}`" if first == last else f"`{first:02X}` to `{last:02X}`"
        first = last = number


def _accepts(driver: AnyDriver) -> str:
    forms = getattr(driver, "forms", None)
    if forms is None:
        return _shown(driver.accepts)
    return " or ".join(
        f"{_shown(form.accepts)}, {f'{form.layout.size} bytes' if isinstance(form.layout, Layout) else 'M-Bus records'}"
        for form in forms
    )


def _gives(driver: AnyDriver) -> str:
    """Name what comes out of the examples, which every driver carries; whatever its storage or tariff."""
    names = dict.fromkeys(label.split()[0] for example in driver.examples for label, _ in example.values)
    return ", ".join(f"`{name}`" for name in names)


def _drivers() -> list[AnyDriver]:
    """Load the installed drivers; those that the project announces, where it is on the path and not installed."""
    if available():
        return [load(name) for name in available()]
    project = tomllib.loads(Path(divako.__file__).parents[2].joinpath("pyproject.toml").read_text(encoding="utf-8"))
    groups = project["project"]["entry-points"]
    points = {
        name: target
        for group, of in groups.items()
        if group.startswith("divako.drivers")
        for name, target in of.items()
    }
    return [EntryPoint(name, target, "divako.drivers").load() for name, target in sorted(points.items())]


class DriverIndex(_Markdown):
    """Which meters are known, by vendor."""

    def markdown(self) -> Iterator[str]:
        yield from _table("vendor", "models", "measures", "driver")
        models: dict[tuple[str, str], list[str]] = {}
        drivers = {driver.name: driver for driver in _drivers()}
        for driver in drivers.values():
            for vendor, model in driver.devices:
                models.setdefault((vendor, driver.name), []).append(model)
        for (vendor, name), of in sorted(models.items(), key=lambda item: (item[0][0].casefold(), item[0][1])):
            yield _row(vendor, ", ".join(of), f"`{drivers[name].medium.value}`", f"`{name}`")


class DriverList(_Markdown):
    """Every driver of the registry, with what it accepts and gives."""

    def markdown(self) -> Iterator[str]:
        for driver in _drivers():
            yield f"`{driver.name}`"
            yield f": - Accepts {_accepts(driver)}"
            yield f"  - Gives, in its examples, {_gives(driver)}"
            yield f"  - Source: {driver.source}"
            yield ""


# Errors


def _parameters(thing: type) -> dict[str, str]:
    """Read the meaning of each parameter from a numpydoc docstring."""
    section = re.search(r"Parameters\n-+\n(.*?)(?:\n\n[A-Z]\w+\n-+\n|\Z)", inspect.getdoc(thing) or "", re.DOTALL)
    out: dict[str, str] = {}
    for names, text in re.findall(
        r"^(\w[\w, ]*) : [^\n]*\n((?:    [^\n]*\n?)+)", section.group(1) if section else "", re.MULTILINE
    ):
        for name in names.split(", "):
            out[name] = " ".join(text.split())
    return out


def _first_line(thing: Any) -> str:
    return (inspect.getdoc(thing) or "").split("\n\n", 1)[0].replace("\n", " ")


def _error_classes() -> list[type[errors.DivakoError]]:
    """Give the classes, each behind its base."""
    public = [getattr(errors, name) for name in errors.__all__]

    def below(base: type) -> Iterator[type[errors.DivakoError]]:
        for one in public:
            if next((up for up in one.__mro__[1:] if up in public), None) is base:
                yield one
                yield from below(one)

    return [errors.DivakoError, *below(errors.DivakoError)]


class ErrorList(_Markdown):
    """Every class of error, its code, and when it is raised."""

    def markdown(self) -> Iterator[str]:
        yield from _table("code", "class", "when")
        for one in _error_classes():
            builtin = next(up.__name__ for up in one.__mro__ if up.__module__ == "builtins")
            also = "" if builtin == "Exception" else f", a `{builtin}`"
            carries = ", ".join(f"`.{name}`" for name in _parameters(one) if name != "message")
            when = _first_line(one) + (f" Carries {carries}." if carries else "")
            yield _row(f"`{one.code}`", f"{{py:class}}`~divako.errors.{one.__name__}`{also}", when)


# The command line


class OptionList(_Markdown):
    """The arguments of a verb of the command line."""

    required_arguments = 1

    def markdown(self) -> Iterator[str]:
        yield from _table("argument", "meaning")
        for action in verb_parser(self.arguments[0])._actions:  # noqa: SLF001 - argparse lists them nowhere else
            names = ", ".join(f"`{name}`" for name in action.option_strings) or f"`{action.metavar}`"
            value = f" `{action.metavar}`" if action.option_strings and action.metavar else ""
            choices = f" {', '.join(f'`{one}`' for one in action.choices)}:" if action.choices else ""
            yield _row(names + value, f"{choices} {action.help}".strip() + ("; required" if action.required else ""))


def verb_parser(verb: str) -> argparse.ArgumentParser:
    """Give the parser of a verb."""
    (verbs,) = (a.choices for a in _parser()._actions if isinstance(a.choices, dict))  # noqa: SLF001
    return verbs[verb]  # type: ignore[no-any-return] - argparse types it as anything


# Units


class UnitList(_Markdown):
    """Every unit by what it measures, and what one of it is in the canonical unit."""

    def markdown(self) -> Iterator[str]:
        yield from _table("measures", "kept in", "units and their exact factors")
        for dimension in Dimension:
            named = [f"`{unit}` {factor}" for unit, (of, factor) in FACTORS.items() if of is dimension]
            yield _row(f"`{dimension.value}`", f"`{canonical_unit(dimension)}`", ", ".join(named) or "—")


# The pages of the packages


def _packages() -> Iterator[Any]:
    for name in divako.__all__:
        if name != "__version__":
            yield importlib.import_module(f"divako.{name}")


def _is_at_home(thing: Any, package: Any) -> bool:
    """Tell whether a name is a package's own, and not that of a package below."""
    return f"{getattr(thing, '__module__', package.__name__)}.".startswith(f"{package.__name__}.")


def _link_types(_app: Sphinx, config: Config) -> None:
    """Make the classes that docstrings name lead to the pages of their packages."""
    DEFAULT_LINKS.clear()  # these lead to the documentation of others, which is not looked up
    for package in _packages():
        for public in package.__all__:
            thing = getattr(package, public)
            if inspect.isclass(thing) and _is_at_home(thing, package):
                config.numpydoc_xref_aliases[public] = f"{package.__name__}.{public}"


def _write_pages(app: Sphinx) -> None:
    folder = Path(app.srcdir) / "reference" / "api"
    folder.mkdir(exist_ok=True)
    wanted = {f"{package.__name__.removeprefix('divako.')}.rst": _page(package) for package in _packages()}
    for old in folder.glob("*.*"):
        if old.name not in wanted:
            old.unlink()
    for name, text in wanted.items():
        file = folder / name
        if not file.is_file() or file.read_text(encoding="utf-8") != text:  # unchanged ones are not read again
            file.write_text(text, encoding="utf-8")


def _page(package: Any) -> str:
    name = package.__name__
    lines = [name, "=" * len(name), "", f".. automodule:: {name}", "   :no-members:", ""]
    things = {one: getattr(package, one) for one in package.__all__}
    own = [one for one, thing in things.items() if _is_at_home(thing, package)]
    listed = [one for one in own if isinstance(things[one], (type, types.FunctionType))]
    lines += [".. autosummary::", "   :nosignatures:", "", *(f"   {one}" for one in listed), ""]
    for one, thing in things.items():
        if one not in own:
            home = re.sub(r"\._\w+", "", thing.__module__)
            lines.append(f"`{one}` is that of :py:mod:`{home}`: :py:obj:`{home}.{one}`.")
        elif inspect.isclass(thing):
            kind = "exception" if issubclass(thing, BaseException) else "class"
            lines += [f".. auto{kind}:: {one}", "   :members:"]
            lines += ["   :undoc-members:"] if issubclass(thing, enum.Enum) else []
        else:
            lines.append(f".. auto{'function' if inspect.isroutine(thing) else 'data'}:: {one}")
        lines.append("")
    return "\n".join(lines)


def _public_name(app: Sphinx, env: BuildEnvironment, node: Any, content: nodes.Node) -> nodes.Node | None:
    """Resolve the name of the private module in which a class stands to the public one where it is documented."""
    target = str(node.get("reftarget", ""))
    public = re.sub(r"\._\w+(?=\.)", "", target)
    if node.get("refdomain") != "py" or public == target:
        return None
    domain = env.get_domain("py")
    return domain.resolve_xref(env, node["refdoc"], app.builder, node["reftype"], public, node, content)


def setup(app: Sphinx) -> dict[str, Any]:
    """Register it with Sphinx."""
    app.add_directive("driver-index", DriverIndex)
    app.add_directive("driver-list", DriverList)
    app.add_directive("error-list", ErrorList)
    app.add_directive("option-list", OptionList)
    app.add_directive("unit-list", UnitList)
    app.connect("config-inited", _link_types)
    app.connect("builder-inited", _write_pages)
    app.connect("missing-reference", _public_name)
    return {"version": "1", "parallel_read_safe": True}
