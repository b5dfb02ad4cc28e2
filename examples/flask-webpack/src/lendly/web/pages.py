"""The pages. They work without JavaScript; the bundle makes them quicker to use."""

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from lendly.errors import LendlyError
from lendly.library import Library, NewItem
from lendly.terms import tidy
from lendly.web import fields
from lendly.web.api import ID

type Page = str | Response | AnyResponse | tuple[str, int]

PAGE_SIZE = 10


def create(library: Library) -> Blueprint:
    pages = Blueprint("pages", __name__)

    @pages.get("/")
    def items() -> Page:
        search = tidy("search", request.args.get("q", ""), may_be_empty=True)
        number = fields.number(request.args, "page", 1, most=10**6)
        page = library.items(search=search, number=number, size=PAGE_SIZE)
        return render_template("items.html", page=page, search=search)

    @pages.get("/items/new")
    def new_item() -> Page:
        return render_template("new.html", form={}, error=None)

    @pages.post("/items")
    def add() -> Page:
        form = request.form
        new = NewItem(name=form.get("name", ""), about=form.get("about", ""))
        try:
            item = library.add(owner=form.get("owner", ""), item=new)
        except LendlyError as error:
            return render_template("new.html", form=form, error=error), error.status
        flash(f"{item.name} can be lent now.")
        return redirect(url_for(".item", id=item.id), 303)

    @pages.get(f"/items/<{ID}:id>")
    def item(id: int) -> Page:
        return item_page(id)

    @pages.post(f"/items/<{ID}:id>/loans")
    def lend(id: int) -> Page:
        form = request.form
        try:
            days = fields.days(form.get("days", ""))
            loan = library.lend(item=id, borrower=form.get("borrower", ""), days=days)
        except LendlyError as error:
            return item_page(id, form=form, error=error), error.status
        flash(f"{loan.item.name} is lent to {loan.borrower} until {loan.due_on}.")
        return redirect(url_for(".item", id=id), 303)

    @pages.post(f"/loans/<{ID}:id>/return")
    def bring_back(id: int) -> Page:
        loan = library.bring_back(id)
        flash(f"{loan.borrower} brought {loan.item.name} back.")
        return redirect(url_for(".item", id=loan.item_id), 303)

    def item_page(id: int, *, form: dict[str, str] | None = None, error: LendlyError | None = None) -> str:
        found = library.item(id)
        return render_template("item.html", item=found, terms=library.terms, form=form or {}, error=error)

    return pages
