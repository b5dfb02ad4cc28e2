"""The JSON API."""

from typing import Any

from flask import Blueprint, Response, jsonify, request, url_for

from lendly.library import Library
from lendly.tables import Item, Loan
from lendly.terms import tidy
from lendly.web import fields

ID = f"int(max={fields.LARGEST_ID})"


def create(library: Library) -> Blueprint:
    api = Blueprint("api", __name__)

    @api.get("/items")
    def items() -> dict[str, Any]:
        search = tidy("search", request.args.get("q", ""), may_be_empty=True)
        size = fields.number(request.args, "size", 20, most=100)
        page = library.items(search=search, number=fields.number(request.args, "page", 1, most=10**6), size=size)
        following = page.next and url_for(".items", q=search or None, size=size, page=page.next)
        return {
            "items": [shown(item) for item in page.entries],
            "page": page.number,
            "pages": page.last,
            "total": page.total,
            "next": following,
        }

    @api.post("/items")
    def add() -> tuple[Response, int, dict[str, str]]:
        sent = request.get_json()
        item = library.add(owner=fields.body(sent, "owner", str), item=fields.new_item(sent))
        return jsonify(shown(item)), 201, {"Location": url_for(".item", id=item.id)}

    @api.post("/boxes")
    def add_box() -> tuple[Response, int]:
        """Several things of one owner: all of them are added, or none."""
        sent = request.get_json()
        contents = [fields.new_item(each) for each in fields.body(sent, "items", list)]
        added = library.add_all(owner=fields.body(sent, "owner", str), items=contents)
        return jsonify(items=[shown(item) for item in added]), 201

    @api.get(f"/items/<{ID}:id>")
    def item(id: int) -> dict[str, Any]:
        found = library.item(id)
        return {**shown(found), "loans": [shown_loan(loan) for loan in found.loans]}

    @api.post(f"/items/<{ID}:id>/loans")
    def lend(id: int) -> tuple[Response, int]:
        sent = request.get_json()
        borrower, days = fields.body(sent, "borrower", str), fields.body(sent, "days", int)
        return jsonify(shown_loan(library.lend(item=id, borrower=borrower, days=days))), 201

    @api.post(f"/loans/<{ID}:id>/return")
    def bring_back(id: int) -> dict[str, Any]:
        return shown_loan(library.bring_back(id))

    return api


def failure(code: str, message: str) -> Response:
    return jsonify(error={"code": code, "message": message})


def shown(item: Item) -> dict[str, Any]:
    return {
        "id": item.id,
        "name": item.name,
        "owner": item.owner,
        "about": item.about,
        "lent": None if item.open_loan is None else shown_loan(item.open_loan),
        "page": url_for("pages.item", id=item.id),
    }


def shown_loan(loan: Loan) -> dict[str, Any]:
    return {
        "id": loan.id,
        "borrower": loan.borrower,
        "lent_on": loan.lent_on.isoformat(),
        "due_on": loan.due_on.isoformat(),
        "returned_on": None if loan.returned_on is None else loan.returned_on.isoformat(),
    }
