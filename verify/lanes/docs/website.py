"""Builds the site, and looks whether it can be read without a network."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

from java import ROOT
from report import Report

_SITE = ROOT / "target" / "site"
_MKDOCS = ROOT / "target" / "docs-venv" / "bin" / "mkdocs"


def check_site(pages: list[str], report: Report) -> None:
    """Build the site and count what is found."""
    done = subprocess.run([ROOT / "docs" / "build"], capture_output=True, text=True, check=False)
    report.expect("the site builds without a warning, and without a network", done.returncode == 0,
                  (done.stdout + done.stderr).strip()[-2000:])
    built = sorted(_SITE.rglob("*.html"))
    missing = [page for page in pages if not (_SITE / page.removeprefix("docs/")).with_suffix(".html").is_file()]
    report.expect(f"all {len(pages)} pages are on it, with the list of lanes",
                  not missing and (_SITE / "verification.html").is_file(), f"not {missing}")
    asked = {f"{file.name}: {url}" for file in built for url in _fetched(file.read_text(encoding="utf-8"))}
    report.expect(f"reading its {len(built)} pages asks nobody else", bool(built) and not asked, f"{sorted(asked)[:5]}")
    report.expect("it can be searched", (_SITE / "search" / "search_index.json").is_file(), "there is no index")


def _fetched(html: str) -> list[str]:
    """Return what a browser fetches from elsewhere to show a page. Links that a reader follows are none of it."""
    tags = re.findall(r"<(?:script|img|iframe|source|video|audio)\b[^>]*?\bsrc=\"?((?:https?:)?//[^\"\s>]+)", html)
    sheets = re.findall(r"<link\b(?=[^>]*\brel=\"?(?:stylesheet|preconnect|icon|preload|prefetch))[^>]*?"
                        r"\bhref=\"?((?:https?:)?//[^\"\s>]+)", html)
    return tags + sheets + re.findall(r"@import\s+url\(\"?((?:https?:)?//[^)\"]+)", html)


def problem_of_strict_build(folder: Path, link: str) -> str | None:
    """Return why a build of the site with one more page does not fail, or None if it does, naming the page's link."""
    page = "planted.md"
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(ROOT / "docs", folder / "docs", ignore=shutil.ignore_patterns("__pycache__"))
    (folder / "verify").mkdir()
    shutil.copy(ROOT / "verify" / "README.md", folder / "verify")
    shutil.copy(ROOT / "mkdocs.yml", folder)
    (folder / "docs" / page).write_text(f"# Planted\n[x]({link})\n")
    with (folder / "mkdocs.yml").open("a") as configuration:
        configuration.write(f"  - {page}\n")
    done = subprocess.run([_MKDOCS, "build", "--strict", "--config-file", folder / "mkdocs.yml"],
                          capture_output=True, text=True, check=False)
    output = done.stdout + done.stderr
    return None if done.returncode and page in output and f"'{link}'" in output else f"exit code {done.returncode}: {output[-500:]}"
