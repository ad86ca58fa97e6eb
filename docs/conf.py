"""How the documentation is built."""

project = "divako"
copyright = "The divako authors"
extensions = [
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
exclude_patterns = ["_build"]
myst_enable_extensions = ["colon_fence", "deflist"]
myst_heading_anchors = 3
intersphinx_mapping = {}  # nothing is fetched while building
autodoc_member_order = "bysource"
numpydoc_show_class_members = False
numpydoc_xref_param_type = False
doctest_test_doctest_blocks = ""  # pytest runs those in docstrings
doctest_global_setup = """
import os
import tempfile

os.environ["NO_COLOR"] = "1"
os.chdir(tempfile.mkdtemp())  # what a page writes stays out of the checkout
"""
