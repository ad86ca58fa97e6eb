"""How the documentation is built."""

import sys

from pathlib import Path


sys.path.insert(0, str(Path(__file__).parent / "_ext"))

project = "divako"
copyright = "The divako authors"
extensions = [
    "divako_pages",
    "myst_parser",
    "numpydoc",
    "sphinx.ext.autodoc",
    "sphinx.ext.autosummary",
    "sphinx.ext.doctest",
    "sphinx.ext.intersphinx",
]
html_theme = "furo"
html_title = "divako"
html_static_path = ["_static"]
html_css_files = ["wide.css"]
exclude_patterns = ["_build"]
myst_enable_extensions = ["colon_fence", "deflist"]
myst_heading_anchors = 3
intersphinx_mapping = {}  # nothing is fetched while building
nitpick_ignore_regex = [
    ("py:.*", r"(?!divako\b).*"),  # what is not ours is documented elsewhere
    ("py:.*", r"divako\.\w+\._.*"),  # type variables and the like; what is public under another name is found there
]
default_role = "py:obj"
autodoc_member_order = "bysource"
autodoc_typehints = "none"  # docstrings say the types, with shapes and units
numpydoc_show_class_members = False
numpydoc_xref_param_type = True
numpydoc_xref_ignore = "all"  # only our own names become links
doctest_test_doctest_blocks = ""  # pytest runs those in docstrings
doctest_global_setup = f"""
DOCS = {str(Path(__file__).parent)!r}
import os
import tempfile

os.environ["NO_COLOR"] = "1"
os.chdir(tempfile.mkdtemp())  # what a page writes stays out of the checkout
"""
