import { describe, expect, it } from "vitest";
// @ts-expect-error A script without types.
import { fieldsOf, readDeclarations, readField } from "./declarations.mjs";

describe("readDeclarations", () => {
  it("gives each alternative of a union the comment before it", () => {
    const source = `export type Code =
  /** The first; with "quotes" | and { braces. */
  | "A" // not this
  /** The
   * second. */
  | "B"
  | "C";
`;
    expect(readDeclarations(source).get("Code").members).toEqual([
      { text: '"A"', comment: 'The first; with "quotes" | and { braces.' },
      { text: '"B"', comment: "The second." },
      { text: '"C"', comment: "" },
    ]);
  });

  it("reads a union that stands in one line, and one within angle brackets", () => {
    const source = 'export type A = "x" | Record<"y" | "z", () => number>;\n';
    const texts = readDeclarations(source)
      .get("A")
      .members.map((member: { text: string }) => member.text);
    expect(texts).toEqual(['"x"', 'Record<"y" | "z", () => number>']);
  });

  it("reads an interface's fields with its own comment, and none of what is exported from elsewhere", () => {
    const source = `export type { Other } from "./other.ts";
/** A thing. */
export interface Thing {
  /** Its name. */
  name: string;
  inner?: { a: number; b?: string | undefined } | undefined;
}
`;
    const declared = readDeclarations(source);
    expect([...declared.keys()]).toEqual(["Thing"]);
    expect(declared.get("Thing").comment).toBe("A thing.");
    const [name, inner] = declared.get("Thing").members.map(readField);
    expect(name).toEqual({ name: "name", optional: false, type: "string", comment: "Its name." });
    expect(inner).toMatchObject({ optional: true, type: "{ a: number; b?: string | undefined }" });
    expect(fieldsOf(inner.type)).toMatchObject([
      { name: "a" },
      { name: "b", optional: true, type: "string" },
    ]);
  });

  it("fails for an interface that extends another, and for what has no end", () => {
    expect(() => readDeclarations("export interface A extends B { a: string }\n")).toThrow(
      "plain interfaces",
    );
    expect(() => readDeclarations('export type A = "x" | {\n')).toThrow('no ";"');
  });
});
