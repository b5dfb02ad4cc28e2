from collections.abc import Iterable

from seatrial_space._address import BrokerAddress, environment_address
from seatrial_space._errors import SpaceError
from seatrial_space._space import Seconds, Space, milliseconds

DEFAULT_WAIT_MS = 60_000


def acquire(
    name: str,
    *,
    test: str = "",
    attempt: int | None = None,
    ttl: Seconds | None = None,
    wait: Seconds | None = None,
    with_spaces: Iterable[Space] = (),
    broker: BrokerAddress | None = None,
) -> Space:
    """
    A clean space of the service or definition `name`: `with acquire("postgres") as space:`. It is given back at the end of the
    block, or when this process ends. Raises SpaceError.

    test: whom `seatrial space list` names; attempt: from 1, of a test that is repeated.
    ttl: seconds until it is taken back; default and upper limit are the definition's.
    wait: seconds to wait for a free one; default: 60.
    with_spaces: spaces that configuration files name: `{{spaces.redis.url}}`.
    broker: default: what SEATRIAL_BROKER and SEATRIAL_TOKEN say.
    """
    __tracebackhide__ = True
    body: dict[str, object] = {"space": name, "test": test}
    if attempt is not None:
        body["attempt"] = attempt
    if ttl is not None:
        body["ttl"] = milliseconds(ttl)
    waiting = DEFAULT_WAIT_MS
    if wait is not None:
        waiting = body["wait"] = milliseconds(wait)
    others = [space.id for space in with_spaces]
    if others:
        body["with"] = others
    try:
        return _ask(body, broker, wait=waiting / 1000)
    except SpaceError as error:
        # Reports show the arguments and variables of the functions on the way: nobody's concern, and some are secret.
        raise error.with_traceback(None)  # noqa: B904


def _ask(body: dict[str, object], broker: BrokerAddress | None, *, wait: float) -> Space:
    # Every start of pytest imports this package, and few of them ask for a space: HTTP takes a while to load.
    from seatrial_space._process import broker_at

    client = broker_at(broker or environment_address())
    body["session"] = client.session()
    answer = client.ask("POST", "/v1/spaces", body, wait=wait)
    try:
        return Space(answer, client)
    except (KeyError, TypeError, ValueError) as error:
        raise SpaceError("BROKER_UNREACHABLE", f"What the broker answered is no space: {error!r}") from None
