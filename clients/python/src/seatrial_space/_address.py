import os
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from seatrial_space._errors import SpaceError


@dataclass(frozen=True)
class BrokerAddress:
    """Where the broker is: what `SEATRIAL_BROKER` and `SEATRIAL_TOKEN` say."""

    url: str
    token: str = field(repr=False)

    @property
    def host_and_port(self) -> tuple[str, int]:
        try:
            parts = urlsplit(self.url)
            if parts.scheme == "http" and parts.hostname and parts.port:
                return parts.hostname, parts.port
        except ValueError:
            pass
        raise SpaceError(
            "SPACE_BROKER_MISSING",
            f"{self.url!r} is no address of a broker",
            hint="It looks like http://127.0.0.1:PORT.",
        )


def environment_address() -> BrokerAddress:
    """Raises SpaceError when the environment names no broker."""
    address = BrokerAddress(os.environ.get("SEATRIAL_BROKER", ""), os.environ.get("SEATRIAL_TOKEN", ""))
    if address.url and address.token:
        return address
    missing = "SEATRIAL_TOKEN" if address.url else "SEATRIAL_BROKER"
    raise SpaceError(
        "SPACE_BROKER_MISSING",
        f"There is no broker to ask for a space: {missing} is not set",
        hint="Run the tests with `seatrial test`; or start what they need with `seatrial up`, "
        "and run them with `seatrial exec -- pytest`.",
    )
