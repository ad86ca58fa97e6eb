"""The kit without the packages it stands on."""

from __future__ import annotations

import importlib
import sys

import pytest

from divako.errors import MissingExtraError


@pytest.mark.parametrize("package", ["pytest", "hypothesis"])
def test_a_package_that_is_missing_is_named_with_its_extra(package: str, monkeypatch: pytest.MonkeyPatch) -> None:
    importlib.import_module("divako.testing._extras")
    monkeypatch.delitem(sys.modules, "divako.testing._extras")
    monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(MissingExtraError) as caught:
        importlib.import_module("divako.testing._extras")
    assert (caught.value.package, caught.value.extra) == (package, "testing")
    assert "pip install 'divako[testing]'" in str(caught.value)
