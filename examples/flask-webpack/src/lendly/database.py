"""How Lendly connects to PostgreSQL."""

from sqlalchemy import URL, Engine, create_engine


def connect(url: str | URL) -> Engine:
    """Connects when it is needed, and again when a restarted server has closed the connection."""
    return create_engine(url, pool_pre_ping=True, connect_args={"connect_timeout": 5})
