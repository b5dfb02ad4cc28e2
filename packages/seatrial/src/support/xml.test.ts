import { describe, expect, test } from "vitest";
import { childrenOf, escapeXml, parseXml, textOf } from "./xml.ts";

describe("XML of a server", () => {
  test("is read as elements and their texts", () => {
    const root = parseXml(
      '<?xml version="1.0"?><List xmlns="http://s3"><E><Key>a &amp; b</Key></E><E><Key><![CDATA[<c>]]></Key></E><N/></List>',
    );
    expect(root?.name).toBe("List");
    expect(childrenOf(root, "E").map((each) => textOf(each, "Key"))).toEqual(["a & b", "<c>"]);
    expect([textOf(root, "N"), textOf(root, "Nothing")]).toEqual(["", ""]);
  });

  test("that is broken is none", () => {
    for (const text of ["", "<a>", "<a></b>", "<html><p>x</html>", "text"])
      expect([text, parseXml(text)]).toEqual([text, undefined]);
  });

  test("takes any text once that is escaped", () => {
    const text = `<&>"' ]]> ü 🦆`;
    expect(parseXml(`<a>${escapeXml(text)}</a>`)?.text).toBe(text);
  });
});
