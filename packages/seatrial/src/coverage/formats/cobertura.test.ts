import { describe, expect, it } from "vitest";
import { parseCobertura } from "./cobertura.ts";
import { branchesOf, figuresOf, fileOf, functionsOf, linesOf, sample } from "./testing/figures.ts";

const report = (body: string, sources = "") =>
  `<?xml version="1.0"?><coverage><sources>${sources}</sources><packages><package>` +
  `<classes>${body}</classes></package></packages></coverage>`;
const shopClass = (lines: string, file = "shop.py") =>
  `<class name="shop" filename="${file}"><methods/><lines>${lines}</lines></class>`;

describe("parseCobertura", () => {
  it.each(["coverage-py-7.17.xml", "c8-12.xml"])("counts what the totals of %s count", (name) => {
    const text = sample(name);
    const total = (key: string) => new RegExp(` ${key}="(\\d+)"`).exec(text)?.[1];
    const { lines, branches } = figuresOf(parseCobertura(text));
    expect(lines).toBe(`${total("lines-covered")}/${total("lines-valid")}`);
    expect(branches).toBe(`${total("branches-covered")}/${total("branches-valid")}`);
  });

  it("counts each line of gcovr's templates once, as lcov does of the same run", () => {
    expect(figuresOf(parseCobertura(sample("gcovr-8.xml"))).lines).toBe("38/42");
  });

  it("finds as many functions as c8 has", () => {
    expect(figuresOf(parseCobertura(sample("c8-12.xml"))).functions).toBe("10/14");
  });

  it("places relative names below the only source folder", () => {
    const place = (sources: string, file: string) =>
      parseCobertura(report(shopClass("", file), sources)).files.map(({ path }) => path);
    expect(place("<source>/app/</source>", "shop.py")).toEqual(["/app/shop.py"]);
    expect(place("<source>/</source>", "app/shop.py")).toEqual(["/app/shop.py"]);
    expect(place("<source>/app</source><source>.</source>", "./shop.py")).toEqual(["/app/shop.py"]);
    expect(place("<source>/app</source>", "/srv/shop.py")).toEqual(["/srv/shop.py"]);
    expect(place("<source>C:\\app\\</source>", "Shop\\Cart.cs")).toEqual(["C:/app/Shop/Cart.cs"]);
    expect(place("<source>.</source>", "src/shop.c")).toEqual(["src/shop.c"]);
    expect(place("<source>/a</source><source>/b</source>", "shop.py")).toEqual(["shop.py"]);
    expect(place("", "shop.py")).toEqual(["shop.py"]);
  });

  it("adds up the classes of one file", () => {
    const line = (number: number, hits: number) => `<line number="${number}" hits="${hits}"/>`;
    const text = report(shopClass(line(1, 1) + line(2, 0)) + shopClass(line(2, 3) + line(5, 0)));
    expect(linesOf(fileOf(parseCobertura(text), "shop.py"))).toBe("1:1 2:3 5:0");
  });

  it("believes jumps that agree with their line, and the line otherwise", () => {
    const line = (number: number, sum: string, jumps: string[]) =>
      `<line number="${number}" hits="1" branch="True" condition-coverage="${sum}"><conditions>` +
      `${jumps.map((jump, at) => `<condition number="${at}" type="jump" coverage="${jump}"/>`).join("")}</conditions></line>`;
    const text = report(
      shopClass(
        line(1, "75% (3/4)", ["100%", "50%"]) + line(2, "25% (1/4)", ["25%"]) + line(3, "50% (1/2)", []),
      ),
    );
    expect(branchesOf(fileOf(parseCobertura(text), "shop.py"))).toBe(
      "1.0.0:1 1.0.1:1 1.1.0:1 1.1.1:0 2.0.0:1 2.0.1:0 2.0.2:0 2.0.3:0 3.0.0:1 3.0.1:0",
    );
  });

  it("reads methods, and lines that only stand there", () => {
    const method = (name: string, ...lines: string[]) =>
      `<method name="${name}" signature="()"><lines>${lines.join("")}</lines></method>`;
    const text = report(
      `<class name="A" filename="A.cs"><methods>${method(
        "Add",
        '<line number="4" hits="0"/>',
        '<line number="5" hits="2"/>',
      )}${method("None")}</methods></class>`,
    );
    const file = fileOf(parseCobertura(text), "A.cs");
    expect(linesOf(file)).toBe("4:0 5:2");
    expect(functionsOf(file)).toBe("Add@4:1");
  });

  it("does not resolve what a DOCTYPE declares", async () => {
    const laughs = `<!DOCTYPE coverage [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]>`;
    const text = `${laughs}<coverage><sources><source>&b;</source></sources></coverage>`;
    await expect(() => parseCobertura(text)).toThrowWithCode("COVERAGE_PROFILE_INVALID");
  });

  it.each([
    ["is cut off", '<coverage><packages><package name="a">'],
    ["is another format", "<testsuites/>"],
    ["is none", "TN:\nSF:a.c"],
    ["is empty", ""],
    ["has a class without a file", report('<class name="a"/>')],
    ["has a line without a number", report(shopClass('<line hits="1"/>'))],
    ["has a line without hits", report(shopClass('<line number="1"/>'))],
    [
      "has more branches than fit",
      report(shopClass('<line number="1" hits="1" branch="true" condition-coverage="0% (0/999999999)"/>')),
    ],
    ["is nested without end", `<coverage>${"<packages>".repeat(1000)}`],
  ])("refuses a report that %s", async (_, text) => {
    await expect(() => parseCobertura(text)).toThrowWithCode("COVERAGE_PROFILE_INVALID");
  });
});
