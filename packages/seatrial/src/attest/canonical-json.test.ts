import { expect, it } from "vitest";
import { canonicalJson } from "./canonical-json.ts";

it("is the same text for equal data, in whatever order it was made", () => {
  const a = canonicalJson({ b: [{ y: 1, x: "ü" }], a: undefined, B: null });
  expect(a.toString()).toBe('{"B":null,"b":[{"x":"ü","y":1}]}');
  expect(canonicalJson({ B: null, b: [{ x: "ü", y: 1 }] })).toEqual(a);
});
