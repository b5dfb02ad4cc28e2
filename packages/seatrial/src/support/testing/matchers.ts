import { expect } from "vitest";
import { isToolError } from "../error.ts";

declare module "vitest" {
  // biome-ignore lint/suspicious/noExplicitAny: the signature that vitest declares
  interface Matchers<T = any> {
    /** Passes when the (async) function or promise fails with a ToolError of this code. */
    toThrowWithCode(code: string): T;
  }
}

expect.extend({
  async toThrowWithCode(received: unknown, code: string) {
    let thrown: unknown;
    try {
      await (typeof received === "function" ? received() : received);
    } catch (error) {
      thrown = error;
    }
    const found = isToolError(thrown) ? thrown.code : thrown === undefined ? "no error" : String(thrown);
    return {
      pass: found === code,
      message: () => `expected an error with code ${code}, got ${found}`,
    };
  },
});
