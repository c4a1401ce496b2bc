"""What a release publishes: the bundle for Maven Central, and how it differs from another one."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Mapping
from pathlib import Path

# Signatures hold when they were made, and checksums only repeat what is compared anyway.
_BESIDE = re.compile(r"\.asc(\.|$)|\.(md5|sha1|sha256|sha512)$")


def read(bundle: Path) -> dict[str, bytes]:
    """Return all files of a bundle, by their paths in a repository."""
    with zipfile.ZipFile(bundle) as archive:
        return {name: archive.read(name) for name in archive.namelist() if not name.endswith("/")}


def published(files: Mapping[str, bytes]) -> dict[str, bytes]:
    """Return the files themselves, without what stands beside each: checksums and signatures."""
    return {name: content for name, content in files.items() if not _BESIDE.search(name)}


def differences(first: Mapping[str, bytes], second: Mapping[str, bytes]) -> dict[str, str]:
    """Return the files that are not the same in both, and what differs in each."""
    found = {name: "is only in the first" for name in first.keys() - second.keys()}
    found |= {name: "is only in the second" for name in second.keys() - first.keys()}
    for name in first.keys() & second.keys():
        if first[name] != second[name]:
            found[name] = _where(name, first[name], second[name])
    return dict(sorted(found.items()))


def _where(name: str, first: bytes, second: bytes) -> str:
    if name.endswith(".jar"):
        return _where_in_jar(first, second)
    for number, (one, other) in enumerate(zip(first.splitlines(), second.splitlines()), 1):
        if one != other:
            return f"line {number}: {one[:100]!r} and {other[:100]!r}"
    return f"{len(first)} and {len(second)} bytes"


def _where_in_jar(first: bytes, second: bytes) -> str:
    with zipfile.ZipFile(io.BytesIO(first)) as one, zipfile.ZipFile(io.BytesIO(second)) as other:
        if one.namelist() != other.namelist():
            lacking = sorted(set(one.namelist()) ^ set(other.namelist()))
            return f"entries in one only: {', '.join(lacking[:3])}" if lacking else "another order of entries"
        for entry in one.infolist():
            same = other.getinfo(entry.filename)
            if one.read(entry) != other.read(same):
                return f"the content of {entry.filename}"
            if (entry.date_time, entry.external_attr) != (same.date_time, same.external_attr):
                return f"the time or the rights of {entry.filename}"
    return "the archive itself"
