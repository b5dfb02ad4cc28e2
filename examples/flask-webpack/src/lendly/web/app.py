"""Puts the parts of the web application together."""

import logging

from flask import Flask, Response, render_template, request
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.exceptions import HTTPException

from lendly.bundle import Bundle
from lendly.errors import LendlyError
from lendly.library import Library
from lendly.web import api, pages, static

# The bundle is all that a page may load: no inline script, nothing from elsewhere.
HEADERS = {
    "Content-Security-Policy": "default-src 'self'; frame-ancestors 'none'; form-action 'self'",
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
}


def create_app(*, library: Library, bundle: Bundle, secret_key: str) -> Flask:
    app = Flask("lendly", static_folder=None)
    app.config.update(SECRET_KEY=secret_key, SESSION_COOKIE_SAMESITE="Lax", MAX_CONTENT_LENGTH=256 << 10)
    app.register_blueprint(pages.create(library))
    app.register_blueprint(api.create(library), url_prefix="/api")
    app.register_blueprint(static.create(bundle), url_prefix="/static")

    @app.get("/healthz")
    def health() -> tuple[dict[str, str], int]:
        try:
            library.check()
        except SQLAlchemyError:
            logging.getLogger("lendly").exception("The database does not answer, or has not been migrated.")
            return {"status": "no database"}, 503
        return {"status": "ok"}, 200

    @app.errorhandler(LendlyError)
    def refused(error: LendlyError) -> tuple[Response | str, int]:
        return _answer(error.code, str(error), error.status)

    @app.errorhandler(HTTPException)
    def failed(error: HTTPException) -> tuple[Response | str, int]:
        code = error.name.lower().replace(" ", "-")
        return _answer(code, error.description or error.name, error.code or 500)

    @app.after_request
    def secure(response: Response) -> Response:
        for name, value in HEADERS.items():
            response.headers[name] = value
        return response

    return app


def _answer(code: str, message: str, status: int) -> tuple[Response | str, int]:
    if request.path.startswith("/api/"):
        return api.failure(code, message), status
    return render_template("error.html", message=message), status
