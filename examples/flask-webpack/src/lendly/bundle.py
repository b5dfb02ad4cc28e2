"""The files that webpack made, found by the names that they have in the source."""

import json
from pathlib import Path


class BundleBroken(Exception):
    pass


class Bundle:
    def __init__(self, folder: Path, files: dict[str, str]) -> None:
        self.folder = folder
        self._files = files

    @classmethod
    def load(cls, folder: Path) -> "Bundle":
        """Reads webpack's manifest. Raises BundleBroken unless every file that it names is there."""
        manifest = folder / "manifest.json"
        try:
            files: dict[str, str] = json.loads(manifest.read_text())
        except (OSError, ValueError) as error:
            raise BundleBroken(f"{manifest} cannot be read: {error}") from error
        for file in files.values():
            if not (folder / file).is_file():
                raise BundleBroken(f"{manifest} names {file}, which is not there")
        return cls(folder, files)

    def file(self, name: str) -> str:
        """`main.js` → `main.5f3a….js`."""
        try:
            return self._files[name]
        except KeyError:
            raise BundleBroken(f"webpack made no {name}, only {', '.join(self._files)}") from None

    def never_changes(self, file: str) -> bool:
        """True for files whose name holds a hash of their content."""
        return file in self._files.values()
