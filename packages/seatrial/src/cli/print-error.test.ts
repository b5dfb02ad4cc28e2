import { describe, expect, it } from "vitest";
import { ToolError } from "../support/error.ts";
import { printError } from "./print-error.ts";
import { at } from "./testing/at.ts";

async function printed(error: unknown) {
  await using here = await at({});
  return { code: printError(error, here.surroundings), text: here.stderr() };
}

const away = new ToolError({ code: "ENGINE_UNREACHABLE", message: "nobody answers", exitCode: 3 });
const wrong = new ToolError({ code: "CONFIG_INVALID", message: "bad\nline 2", hint: "mend\nit" });

describe("an error", () => {
  it("is printed with message, code and hint, and gives its exit code", async () => {
    expect(await printed(wrong)).toEqual({
      code: 2,
      text: "✖ bad [CONFIG_INVALID]\n  line 2\n  hint: mend\n  hint: it\n",
    });
  });

  it("that is none of ours is a bug, with its stack", async () => {
    const { code, text } = await printed(new TypeError("x is undefined"));
    expect(code).toBe(70);
    expect(text).toContain("✖ Seatrial itself failed: x is undefined [BUG]");
    expect(text).toContain("print-error.test.ts");
  });

  it("that is several is printed as each of them, however they are nested", async () => {
    const nested = new AggregateError([new AggregateError([away, wrong]), new AggregateError([away])]);
    const { code, text } = await printed(nested);
    expect(code).toBe(3);
    expect(text.match(/✖/g)).toHaveLength(3);
    expect(text).not.toContain("BUG");
  });

  it("that is no error at all is printed too", async () => {
    expect((await printed("just text")).text).toContain("just text");
    expect((await printed(new AggregateError([]))).code).toBe(70);
  });
});
