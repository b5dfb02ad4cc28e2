import { describe, expect, it } from "vitest";
import { branchesOf, figuresOf, fileOf, functionsOf, linesOf, sample } from "../testing/figures.ts";
import { parseJacoco } from "./parse-jacoco.ts";

const method = (name: string, rest: string, covered = 0) =>
  `<method name="${name}" ${rest}><counter type="INSTRUCTION" missed="1" covered="1"/>` +
  `<counter type="METHOD" missed="${1 - covered}" covered="${covered}"/></method>`;
const shop = (body: string) =>
  `<!DOCTYPE report PUBLIC "-//JACOCO//DTD Report 1.1//EN" "report.dtd"><report name="x"><package name="shop">${body}</package></report>`;

describe("parseJacoco", () => {
  it("counts what JaCoCo's own counters count", () => {
    const text = sample("jacoco-0.8.13.xml");
    const counter = (type: string) => {
      const found = [...text.matchAll(new RegExp(`type="${type}" missed="(\\d+)" covered="(\\d+)"`, "g"))].at(
        -1,
      );
      return `${found?.[2]}/${Number(found?.[1]) + Number(found?.[2])}`;
    };
    expect(figuresOf(parseJacoco(text))).toEqual({
      statements: "0/0",
      lines: counter("LINE"),
      branches: counter("BRANCH"),
      functions: counter("METHOD"),
    });
  });

  it("counts a line that ran in part as covered, and its branches one by one", () => {
    const lines = '<line nr="3" mi="4" ci="1" mb="1" cb="3"/><line nr="4" mi="2" ci="0" mb="0" cb="0"/>';
    const file = fileOf(
      parseJacoco(shop(`<sourcefile name="Cart.java">${lines}</sourcefile>`)),
      "shop/Cart.java",
    );
    expect(linesOf(file)).toBe("3:1 4:0");
    expect(branchesOf(file)).toBe("3.0.0:1 3.0.1:1 3.0.2:1 3.0.3:0");
  });

  it("names methods by class, keeps overloads of one line apart, and those without line numbers", () => {
    const methods =
      method("a", 'desc="(I)I" line="7"', 1) +
      method("a", 'desc="(J)I" line="7"') +
      method("b", 'desc="()V"');
    const text = shop(`<class name="shop/Cart$Inner" sourcefilename="Cart.java">${methods}</class>`);
    expect(functionsOf(fileOf(parseJacoco(text), "Cart.java"))).toBe(
      "Cart$Inner.b@1:0 Cart$Inner.a@7:1 Cart$Inner.a (2)@7:0",
    );
  });

  it("leaves out classes of no source file, and knows the package without a name", () => {
    const text = `<report><group name="g"><package name=""><class name="X">${method("x", 'line="1"')}</class><sourcefile name="Root.java"/></package></group></report>`;
    expect(parseJacoco(text).files).toEqual([
      { path: "Root.java", statements: [], lines: [], branches: [], functions: [] },
    ]);
  });

  it.each([
    ["is cut off", '<report><package name="shop">'],
    ["is another format", "<coverage/>"],
    [
      "has a line without a number",
      shop('<sourcefile name="A.java"><line ci="1" mb="0" cb="0"/></sourcefile>'),
    ],
    ["has a line without counts", shop('<sourcefile name="A.java"><line nr="1"/></sourcefile>')],
    [
      "has more branches than fit",
      shop('<sourcefile name="A.java"><line nr="1" ci="1" mb="99999999" cb="9"/></sourcefile>'),
    ],
    ["has a source file without a name", shop("<sourcefile/>")],
    [
      "has a method whose line is none",
      shop(`<class name="A" sourcefilename="A.java">${method("a", 'line="x"')}</class>`),
    ],
    ["declares entities", '<!DOCTYPE report [<!ENTITY a "b">]><report name="&a;"/>'],
  ])("refuses a report that %s", async (_, text) => {
    await expect(() => parseJacoco(text)).toThrowWithCode("COVERAGE_PROFILE_INVALID");
  });
});
