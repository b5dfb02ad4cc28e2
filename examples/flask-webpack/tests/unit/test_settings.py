from pathlib import Path

import pytest

from lendly.settings import SettingMissing, Settings

WHOLE = {"DATABASE_URL": "postgresql+psycopg://somewhere/db", "SECRET_KEY": "s"}


def test_the_environment_says_where_the_database_is() -> None:
    assert Settings.read(WHOLE) == Settings(WHOLE["DATABASE_URL"], "s", Path("/app/static"))


@pytest.mark.parametrize("name", list(WHOLE))
@pytest.mark.parametrize("value", [None, ""])
def test_a_missing_setting_is_named(name: str, value: str | None) -> None:
    environment = {key: each for key, each in {**WHOLE, name: value}.items() if each is not None}
    with pytest.raises(SettingMissing, match=name):
        Settings.read(environment)
