"""Links lead somewhere: of the readme, of every page, and of the contents."""

from __future__ import annotations

import re

from pathlib import Path

import pytest


ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
MADE = DOCS / "reference" / "api"  # its pages are written when the documentation is built
PAGES = [ROOT / "README.md", *(page for page in sorted(DOCS.rglob("*.md")) if MADE not in page.parents)]

pytestmark = pytest.mark.skipif(not DOCS.is_dir(), reason="an installed package has no docs beside it")


def without_code(text: str) -> str:
    return re.sub(r"^(`{3,})(?!\{toctree).*?^\1$", "", text, flags=re.DOTALL | re.MULTILINE)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_relative_links_lead_to_files(page: Path) -> None:
    targets = re.findall(r"\]\(([^)\s]+)\)", without_code(page.read_text(encoding="utf-8")))
    relative = [target for target in targets if not re.match(r"[a-z]+:|#", target)]
    files = [page.parent / target.split("#")[0] for target in relative]
    assert [str(file) for file in files if not file.exists() and MADE not in file.resolve().parents] == []


def test_the_contents_name_every_page_once() -> None:
    named: list[Path] = []
    for page in PAGES[1:]:
        for block in re.findall(
            r"^```\{toctree\}\n(.*?)^```$", page.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE
        ):
            entries = [line for line in block.splitlines() if line and not line.startswith(":")]
            named += [page.parent / f"{entry}.md" for entry in entries if "*" not in entry]
    pages = [page for page in PAGES[1:] if page != DOCS / "index.md"]
    assert sorted(named) == pages
