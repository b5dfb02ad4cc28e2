"""Roomly's errors as answers: the code for programs, the detail for people."""

from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse

from roomly import errors
from roomly.web.schemas import Problem, SlotBody

STATUS: dict[type[errors.RoomlyError], int] = {
    errors.UnknownRoom: 404,
    errors.UnknownBooking: 404,
    errors.RoomExists: 409,
    errors.SlotTaken: 409,
    errors.BookingStarted: 409,
    errors.RuleBroken: 422,
}


def add_error_handlers(app: FastAPI) -> None:
    @app.exception_handler(errors.RoomlyError)
    def answer(request: Request, error: errors.RoomlyError) -> JSONResponse:
        problem = Problem(code=error.code, detail=str(error))
        if isinstance(error, errors.RuleBroken):
            problem.rule = error.rule
        if isinstance(error, errors.SlotTaken) and error.suggestion is not None:
            problem.suggestion = SlotBody.of(error.suggestion)
        return JSONResponse(problem.model_dump(mode="json", exclude_none=True), STATUS[type(error)])
