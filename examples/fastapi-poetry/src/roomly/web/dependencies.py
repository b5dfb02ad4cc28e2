"""What routes are given."""

from typing import Annotated

from fastapi import Depends, Request

from roomly.desk import Desk


def _desk(request: Request) -> Desk:
    desk = request.app.state.desk
    assert isinstance(desk, Desk)
    return desk


DeskOfApp = Annotated[Desk, Depends(_desk)]
