"""Files of the bundle. What has a hash in its name is kept by browsers for good."""

from flask import Blueprint, Response, send_from_directory, url_for

from lendly.bundle import Bundle

FOR_GOOD = "public, max-age=31536000, immutable"


def create(bundle: Bundle) -> Blueprint:
    static = Blueprint("static_files", __name__)

    @static.get("/<path:file>")
    def serve(file: str) -> Response:
        response = send_from_directory(bundle.folder, file)
        response.headers["Cache-Control"] = FOR_GOOD if bundle.never_changes(file) else "no-cache"
        return response

    @static.app_template_global()
    def bundled(name: str) -> str:
        """The address of a file of the bundle: `bundled("main.js")`."""
        return url_for("static_files.serve", file=bundle.file(name))

    return static
