"""What the site has besides the pages in this folder, for MkDocs (see mkdocs.yml)."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from mkdocs.structure.files import File, Files

_ROOT = Path(__file__).resolve().parents[1]

# A page of the site that lies beside the lanes, where it is read on GitHub.
_VERIFICATION = "verification.md"
_LANES = "verify/README.md"


def on_files(files: Files, config: Any) -> Files:
    """Have the list of lanes as a page."""
    page = (_ROOT / _LANES).read_text(encoding="utf-8").replace("](../docs/", "](")
    files.append(File.generated(config, _VERIFICATION, content=page))
    return files


def on_page_markdown(markdown: str, **_: Any) -> str:
    """Let links to the list of lanes stay within the site."""
    return re.sub(r"\]\(\.\./verify/README\.md", f"]({_VERIFICATION}", markdown)
