"""What the environment decides; the only place that reads it."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path


class SettingMissing(Exception):
    def __init__(self, name: str) -> None:
        super().__init__(f"The environment variable {name} is not set. .environment shows what is expected.")


@dataclass(frozen=True)
class Settings:
    database_url: str
    secret_key: str
    """Signs the cookie that carries messages from one page to the next."""
    static_folder: Path
    """Where webpack's output is."""

    @classmethod
    def read(cls, environment: Mapping[str, str]) -> "Settings":
        def needed(name: str) -> str:
            value = environment.get(name, "")
            if value == "":
                raise SettingMissing(name)
            return value

        return cls(
            database_url=needed("DATABASE_URL"),
            secret_key=needed("SECRET_KEY"),
            static_folder=Path(environment.get("STATIC_FOLDER", "/app/static")),
        )
