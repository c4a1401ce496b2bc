"""A qwave.dll where others could have put it is never loaded, while that of the system directory is."""

from __future__ import annotations

import os
import shutil
from collections.abc import Sequence
from pathlib import Path

from lane import Lane
from stalls import core_command
from wine import java_options, windows_path

_SYSTEM = "C:\\windows\\system32\\qwave.dll"


def planted_dlls(lane: Lane) -> None:
    """The planted ones are copies of the stand-in, which writes down from where it was loaded."""
    places = lane.output / "planted"
    shutil.rmtree(places, ignore_errors=True)
    working, on_class_path, library_path = (places / name for name in ("working", "class-path", "library-path"))
    java_home = places / "java"
    # Links instead of copies: it is large.
    shutil.copytree(lane.wine.java_home, java_home, copy_function=os.link)
    # JNA looks for these names in a folder or jar of the class path.
    for target in (working, on_class_path, on_class_path / "win32-x86-64", library_path, java_home / "bin"):
        target.mkdir(parents=True, exist_ok=True)
        for name in ("qwave.dll", "libqwave.dll"):
            shutil.copy(lane.stand_in_dll, target / name)
    option, class_path = core_command(lane, "LoadProbe")
    longer_class_path = f"{windows_path(on_class_path)};{class_path}"
    search = f"-Djna.library.path={windows_path(library_path)}"
    everywhere = [search, option, longer_class_path]

    # Each place on its own catches the careless: else not being caught would mean nothing.
    lane.wine.use(None)
    for title, java, options, cwd, place in (
            ("working directory", lane.wine.java_home, [option, class_path], working, working),
            ("beside java.exe", java_home, [option, class_path], places, java_home / "bin"),
            ("class path", lane.wine.java_home, [option, longer_class_path], places, on_class_path),
            ("jna.library.path", lane.wine.java_home, [search, option, class_path], places, library_path)):
        loaded = _loaded(lane, "naive", java, options, cwd, "naive")
        lane.expect(f"{title}: a program that loads the library by its name gets the planted one",
                    len(loaded) == 1 and windows_path(place)[2:].lower() in loaded[0].lower(), loaded)
    lane.wine.use(lane.stand_in_dll)
    loaded = _loaded(lane, "planted", java_home, everywhere, working)
    lane.expect("all places at once: ours is that of the system directory, and no other is loaded",
                loaded == [_SYSTEM], loaded)
    lane.wine.use(None)
    loaded = _loaded(lane, "planted-alone", java_home, everywhere, working)
    lane.expect("none in the system directory: none is loaded", loaded == [], loaded)


def _loaded(lane: Lane, name: str, java_home: Path, options: Sequence[str], cwd: Path, *arguments: str) -> list[str]:
    """Return from where the DLL was loaded, in the order of the log."""
    stand_in, variables = lane.stand_in(name)
    done = lane.wine.run(java_home / "bin" / "java.exe", *java_options(), *options, "LoadProbe", *arguments, cwd=cwd,
                         environment=lane.wine.environment("n", **variables))
    lane.log(name).write_text(done.output)
    return stand_in.loaded_from()
