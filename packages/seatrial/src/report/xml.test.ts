import { describe, expect, it } from "vitest";
import { allNamed, parseXml } from "./testing/xml-tree.ts";
import { element, escapeXml } from "./xml.ts";

const HOSTILE = [
  `<script>alert("x")</script>`,
  "a]]>b",
  "&amp; && &#0; &unknown;",
  `'single' "double"`,
  "line one\nline two\r\nline three\ttabbed\rreturned",
  " spaces at both ends ",
  "<!-- comment --> <![CDATA[ x ]]> <?pi?>",
  "emoji 😀 and ünïcödé, \u0085 and \u2028",
];

describe("text of any origin", () => {
  it.each(HOSTILE)("comes back from a strict parser as it was: %j", (text) => {
    const read = parseXml(element("a", { b: text }, escapeXml(text)));
    expect(read.text).toBe(text);
    expect(read.attributes["b"]).toBe(text);
  });

  it("loses only what XML cannot hold: control characters, lone surrogates, non-characters", () => {
    const controls = Array.from({ length: 32 }, (_, code) => String.fromCharCode(code)).join("");
    const bad = `${controls}\ud800x\udc00 \ufffe\uffff`;
    const read = parseXml(element("a", { b: bad }, escapeXml(bad)));
    const expected = bad.replace(/[^\t\n\r\u0020-\ud7ff\ue000-\ufffd]/g, "\ufffd");
    expect(read.text).toBe(expected);
    expect(read.attributes["b"]).toBe(expected);
  });

  it("keeps a surrogate pair that stands beside a lone surrogate", () => {
    expect(escapeXml("\ud83d\ud83d\ude00")).toBe("\ufffd😀");
  });
});

it("an element leaves out attributes that are undefined, and closes itself when it is empty", () => {
  expect(element("a", { b: undefined, c: 0 })).toBe(`<a c="0"/>`);
  expect(allNamed("i", parseXml(element("a", {}, [element("i", {}), element("i", {})])))).toHaveLength(2);
});
