"""The page in a real browser, wide, narrow and on paper."""

from __future__ import annotations

import html
import re
import shutil
import struct
import subprocess
import zlib

from pathlib import Path

import pytest


BROWSER = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(BROWSER is None, reason="there is no Chromium or Chrome on this machine"),
]

OPTIONS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--hide-scrollbars",
)

# A frame of the wanted width holds the page; a script outside it measures what is inside.
WRAPPER = """<!DOCTYPE html><html><body style="margin:0">
<iframe style="border:0;width:{width}px;height:900px" srcdoc="{page}"></iframe><pre id="measured"></pre>
<script>
window.onload = () => {{
  const inside = document.querySelector("iframe").contentDocument;
  if ({english}) inside.getElementById("show-en").click();
  const shown = (lang) => inside.querySelector(`article[lang=${{lang}}]`).getBoundingClientRect().height > 0;
  document.getElementById("measured").textContent = [
    inside.documentElement.scrollWidth, inside.documentElement.clientWidth, shown("nb"), shown("en"),
  ].join(" ");
}};
</script></body></html>"""


def run(folder: Path, *arguments: str) -> str:
    assert BROWSER is not None
    profile = folder / "profile"
    command = [BROWSER, *OPTIONS, f"--user-data-dir={profile}", *arguments]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)
    return done.stdout


def pixels(path: Path) -> tuple[int, int, bytes]:
    """Read width, height and the unpacked scanlines of a PNG."""
    data = path.read_bytes()
    width, height = struct.unpack(">II", data[16:24])
    packed, offset = b"", 8
    while offset < len(data):
        (length,) = struct.unpack(">I", data[offset : offset + 4])
        if data[offset + 4 : offset + 8] == b"IDAT":
            packed += data[offset + 8 : offset + 8 + length]
        offset += 12 + length
    return width, height, zlib.decompress(packed)


@pytest.mark.parametrize("name", ["cooperative", "municipality"])
@pytest.mark.parametrize("english", [False, True])
@pytest.mark.parametrize("width", [390, 1280])
def test_nothing_sticks_out_and_one_language_shows(
    name: str, english: bool, width: int, pages: dict[str, str], tmp_path: Path
) -> None:
    wrapper = tmp_path / "wrapper.html"
    page = html.escape(pages[name])
    wrapper.write_text(WRAPPER.format(width=width, page=page, english=str(english).lower()), encoding="utf-8")
    dom = run(tmp_path, "--window-size=1400,1000", "--dump-dom", wrapper.as_uri())

    measured = re.search(r'<pre id="measured">([^<]+)</pre>', dom)
    assert measured is not None
    content, window, norwegian_shows, english_shows = measured.group(1).split()
    assert int(window) == width
    assert int(content) <= width
    assert (norwegian_shows, english_shows) == (str(not english).lower(), str(english).lower())


@pytest.mark.parametrize("name", ["cooperative", "municipality", "empty"])
@pytest.mark.parametrize("width", [390, 1280])
def test_the_picture_of_the_page_is_not_blank(name: str, width: int, pages: dict[str, str], tmp_path: Path) -> None:
    page, shot = tmp_path / "report.html", tmp_path / "shot.png"
    page.write_text(pages[name], encoding="utf-8")
    run(tmp_path, f"--window-size={width},1200", f"--screenshot={shot}", page.as_uri())

    shot_width, shot_height, scanlines = pixels(shot)
    assert (shot_width, shot_height) == (width, 1200)
    # The scanlines of a blank picture repeat one value, so that they pack to next to nothing.
    assert len(zlib.compress(scanlines)) > 5_000


def test_the_browser_understands_the_page_as_it_was_written(pages: dict[str, str], tmp_path: Path) -> None:
    page = tmp_path / "report.html"
    page.write_text(pages["cooperative"], encoding="utf-8")
    dom = run(tmp_path, "--dump-dom", page.as_uri())
    for tag in ("article", "table", "figure", "svg", "tr", "section"):
        assert len(re.findall(rf"<{tag}\b", dom)) == len(re.findall(rf"<{tag}\b", pages["cooperative"])), tag


def test_it_prints_to_pages(pages: dict[str, str], tmp_path: Path) -> None:
    page, paper = tmp_path / "report.html", tmp_path / "report.pdf"
    page.write_text(pages["cooperative"], encoding="utf-8")
    run(tmp_path, f"--print-to-pdf={paper}", "--no-pdf-header-footer", page.as_uri())
    boxes = re.findall(rb"/MediaBox \[0 0 ([\d.]+) ([\d.]+)\]", paper.read_bytes())
    assert len(boxes) >= 3
    for across, along in boxes:  # A4 is 595 by 842 points
        assert (float(across), float(along)) == pytest.approx((595, 842), abs=2)
