import { expect, it } from "vitest";
import { parse } from "yaml";
import { yamlText } from "./yaml-text.ts";

it("a text is that text for a reader of YAML, and plain where it can be", () => {
  const plain = ["unit", "test integration --shard 1/2", "registry.example.com:5000/ci:1.0", "a@sha256:00"];
  const quoted = [
    "true",
    "ON",
    "null",
    "1.0",
    "0x10",
    "12:30",
    "a: b",
    "a:",
    "a #b",
    "- a",
    "*a",
    "",
    "a ",
    "'",
  ];
  for (const text of [...plain, ...quoted]) {
    expect(parse(`- ${yamlText(text)}\n`, { version: "1.1" }), text).toEqual([text]);
    expect(parse(`- ${yamlText(text)}\n`), text).toEqual([text]);
  }
  for (const text of plain) expect(yamlText(text)).toBe(text);
});
