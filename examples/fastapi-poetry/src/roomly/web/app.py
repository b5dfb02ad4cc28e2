"""The application: routes around a desk."""

from fastapi import FastAPI

from roomly.desk import Desk
from roomly.web import bookings, rooms
from roomly.web.errors import add_error_handlers


def create_app(desk: Desk) -> FastAPI:
    app = FastAPI(title="Roomly", summary="Books meeting rooms. All times are UTC.", version="1")
    app.state.desk = desk
    app.include_router(rooms.router)
    app.include_router(bookings.router)
    add_error_handlers(app)

    @app.get("/healthz", include_in_schema=False)
    def healthz() -> dict[str, str]:
        return {"status": "ok"}

    return app
