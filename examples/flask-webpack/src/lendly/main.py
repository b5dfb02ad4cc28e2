"""The program that ships: `gunicorn lendly.main:app`."""

import os
from datetime import UTC, datetime

from lendly.bundle import Bundle
from lendly.database import connect
from lendly.library import Library
from lendly.settings import Settings
from lendly.terms import Terms
from lendly.web.app import create_app

settings = Settings.read(os.environ)
library = Library(engine=connect(settings.database_url), terms=Terms(), today=lambda: datetime.now(UTC).date())
app = create_app(library=library, bundle=Bundle.load(settings.static_folder), secret_key=settings.secret_key)
