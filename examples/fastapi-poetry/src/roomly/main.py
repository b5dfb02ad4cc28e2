"""The program that ships: `uvicorn roomly.main:app`."""

from datetime import UTC, datetime

from roomly.desk import Desk
from roomly.memory import MemoryRepository
from roomly.policy import Policy
from roomly.web.app import create_app

app = create_app(Desk(repository=MemoryRepository(), policy=Policy(), clock=lambda: datetime.now(UTC)))
