import { expect, it } from "vitest";
import { EXIT, ToolError } from "../support/error.ts";
import { removalFailure } from "./removal.ts";

const away = (message: string) =>
  new ToolError({ code: "ENGINE_UNREACHABLE", message, exitCode: EXIT.unreachable });

it("says once what failed for many things", () => {
  const error = new AggregateError([
    away("no answer"),
    new AggregateError([away("no answer"), away("reset")]),
  ]);
  expect(removalFailure({ run: "r1", error })).toMatchObject({
    code: "NOT_REMOVED",
    exitCode: EXIT.unreachable,
    message: "Something of run r1 could not be removed: no answer; reset",
    cause: error,
  });
});

it("says nothing when the run ended because the engine was away", () => {
  expect(removalFailure({ run: "r1", error: away("no answer"), told: EXIT.unreachable })).toBeUndefined();
  const other = new ToolError({ code: "ENGINE_FAILED", message: "in use", exitCode: EXIT.failed });
  expect(removalFailure({ run: "r1", error: other, told: EXIT.unreachable })).toBeInstanceOf(ToolError);
});

it("leaves a bug a bug", () => {
  const error = new AggregateError([away("no answer"), new TypeError("x is not a function")]);
  expect(removalFailure({ run: "r1", error, told: EXIT.unreachable })).toBe(error);
});
