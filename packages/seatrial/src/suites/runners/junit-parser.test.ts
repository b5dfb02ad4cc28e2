import { readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, test } from "vitest";
import type { TestResult } from "../../model/index.ts";
import { heldBytes } from "../testing/memory.ts";
import { createJunitReader } from "./junit-parser.ts";

const fixtures = path.resolve(import.meta.dirname, "../../../../../fixtures/suites");

function read(document: string | Buffer, step = 64 * 1024) {
  const tests: TestResult[] = [];
  const reader = createJunitReader((each) => void tests.push(each));
  const bytes = Buffer.from(document);
  for (let at = 0; at < bytes.length; at += step) reader.write(bytes.subarray(at, at + step));
  return { ...reader.end(), tests };
}

const suite = (inner: string) => `<testsuite name="s">${inner}</testsuite>`;
const one = (inner: string, attributes = "") =>
  read(suite(`<testcase classname="c" name="n" ${attributes}>${inner}</testcase>`)).tests[0];

describe("real reports", () => {
  test("of pytest", () => {
    const { tests, broken } = read(readFileSync(`${fixtures}/pytest/report.xml`));
    expect(broken).toBeUndefined();
    const count = (status: string) => tests.filter((each) => each.status === status).length;
    expect([count("passed"), count("failed"), count("skipped")]).toEqual([9, 3, 2]);
    expect(tests.find((each) => each.name === "test_fails")).toMatchObject({
      group: "test_shop",
      message: "AssertionError: off by one\nassert 1 == 2",
      output: expect.stringContaining("test_shop.py:12: AssertionError"),
    });
    expect(tests.map((each) => each.name)).toContain("test_names[<script>]");
    expect(tests.find((each) => each.name === "test_known")?.message).toBe("known bug");
  });

  test("of Node's test runner, raw control characters included", () => {
    const { tests, broken } = read(readFileSync(`${fixtures}/node/report.xml`));
    expect(broken).toBeUndefined();
    expect(tests.map((each) => [each.group, each.name, each.status])).toEqual([
      ["test", "passes", "passed"],
      ["test", "fails", "failed"],
      ["test", "is skipped", "skipped"],
      ["test", "is to be done", "skipped"],
      ["test", "name with ]]> and <script>&&quot;quotes&quot;", "passed"],
      ["test", "name with a \ufffd[31mcontrol\ufffd[0m character", "passed"],
      ["test", "# looks like a comment \\ and a directive # SKIP", "passed"],
      ["cart > totals", "adds up", "passed"],
      ["cart > totals", "rounds", "failed"],
      ["cart", "is empty at first", "passed"],
      ["parent", "child", "passed"],
    ]);
  });

  test("of Surefire, with attempts that failed before one passed", () => {
    const { tests } = read(`<?xml version="1.0" encoding="UTF-8"?>
<testsuite xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" version="3.0.2" name="com.acme.CartTest" time="1,234.5" tests="3">
  <properties><property name="java.version" value="21"/></properties>
  <testcase name="flaky" classname="com.acme.CartTest" time="0.5">
    <flakyFailure message="first" type="AssertionError"><stackTrace>at A</stackTrace><system-out>tried</system-out></flakyFailure>
  </testcase>
  <testcase name="broken" classname="com.acme.CartTest" time="0.1">
    <failure message="expected: &lt;1&gt; but was: &lt;2&gt;" type="AssertionFailedError"><![CDATA[at B ]]]]><![CDATA[> x]]></failure>
    <rerunFailure message="again" type="AssertionFailedError"><stackTrace>at C</stackTrace></rerunFailure>
    <system-out><![CDATA[printed]]></system-out>
  </testcase>
  <testcase name="off" classname="com.acme.CartTest" time="0"><skipped message="@Disabled"/></testcase>
</testsuite>`);
    expect(tests).toMatchObject([
      { name: "flaky", status: "passed", message: "passed after 1 failed attempt", duration: 500 },
      { name: "broken", status: "failed", message: "expected: <1> but was: <2>", duration: 100 },
      { name: "off", status: "skipped", message: "@Disabled" },
    ]);
    expect(tests[1]?.output).toContain("at B ]]> x");
    expect(tests[1]?.output).toContain("printed");
  });
});

describe("odd but whole reports", () => {
  test("times are read with points and commas, and what makes no sense is 0", () => {
    const duration = (time: string) => one("", `time="${time}"`)?.duration;
    expect(duration("1.5")).toBe(1500);
    expect(duration("0,012")).toBe(12);
    expect(duration("1,234.567")).toBe(1_234_567);
    expect(duration("1.2E-1")).toBe(120);
    for (const time of ["-1", "NaN", "Infinity", "", "soon", "1e300"]) expect(duration(time)).toBe(0);
    expect(one("")?.duration).toBe(0);
  });

  test("]]> in text is text, as Node's reporter writes it", () => {
    const { tests, broken } = read(
      suite('<testcase name="a"><failure>was ]]> here</failure></testcase><testcase name="b"/>'),
    );
    expect(broken).toBeUndefined();
    expect(tests.map((each) => each.name)).toEqual(["a", "b"]);
    expect(tests[0]?.output).toContain("was ]]> here");
  });

  test("missing names are replaced, missing classes are the suite's name", () => {
    const { tests } = read(
      '<testsuites><testcase/><testsuite name="s"><testcase name="n"/></testsuite></testsuites>',
    );
    expect(tests).toMatchObject([
      { group: "", name: "(no name)" },
      { group: "s", name: "n" },
    ]);
  });

  test("a failure without a message takes its text, or says that there is none", () => {
    expect(one("<failure>line one\nline two</failure>")?.message).toBe("line one\nline two");
    expect(one("<error type='E'/>")?.message).toBe("E");
    expect(one("<failure/>")?.message).toBe("failed without a message");
    expect(one("<skipped>because</skipped>")).toMatchObject({ status: "skipped", message: "because" });
  });

  test("a character reference that XML forbids does not break the report", () => {
    expect(one("", 'time="1"')).toBeDefined();
    const { tests, broken } = read(suite('<testcase name="&#27;[31m&#x0;"/>'));
    expect(broken).toBeUndefined();
    expect(tests[0]?.name).toBe("&#27;[31m&#x0;".replace(";[", ";["));
  });

  test("encodings are taken from the byte order mark or the declaration", () => {
    const document = (encoding: string) =>
      `<?xml version="1.0" encoding="${encoding}"?>${suite('<testcase name="ü"/>')}`;
    const utf16 = Buffer.from(`\ufeff${document("UTF-16")}`, "utf16le");
    const bigEndian = Buffer.from(utf16).swap16();
    for (const bytes of [
      Buffer.from(`\ufeff${document("UTF-8")}`),
      Buffer.from(document("ISO-8859-1"), "latin1"),
      utf16,
      bigEndian,
      utf16.subarray(2),
      Buffer.from(document("utf-16")),
      Buffer.from(document("no-such-encoding")),
    ])
      expect(read(bytes, 7).tests[0]?.name).toBe("ü");
  });

  test("bytes that are wrong in their encoding cost a character, not the report", () => {
    const { tests, broken } = read(Buffer.from(suite('<testcase name="\xfc"/>'), "latin1"));
    expect(broken).toBeUndefined();
    expect(tests[0]?.name).toBe("\ufffd");
  });

  test("another kind of document has no tests and is told apart", () => {
    expect(read("<coverage><testcase name='no'/></coverage>")).toMatchObject({ root: "coverage", tests: [] });
  });
});

describe("broken reports", () => {
  test.each([
    ["cut in the middle", suite('<testcase name="a"/><testcase name="b">').slice(0, -12)],
    ["a tag that is not closed", '<testsuite><testcase name="a"/><testcase name="b"></testsuite>'],
    ["two documents in one file", `${suite('<testcase name="a"/>')}${suite("")}`],
    ["a < in an attribute", '<testsuite><testcase name="a"/><testcase name="<"/></testsuite>'],
    ["text after the end", `${suite('<testcase name="a"/>')}oops`],
  ])("%s: what came before counts", (_, document) => {
    const { tests, broken } = read(document);
    expect(tests.map((each) => each.name)).toEqual(["a"]);
    expect(broken).toMatchObject({ line: 1, column: expect.any(Number), reason: expect.any(String) });
  });

  test("the place is given by line and column", () => {
    const { broken } = read('<testsuite>\n<testcase name="a"/>\n  <testcase name=b/>\n</testsuite>');
    expect(broken).toMatchObject({ line: 3 });
    expect(broken?.column).toBeGreaterThan(15);
  });

  test("an empty document is broken", () => {
    expect(read("").broken).toBeDefined();
    expect(read("not xml at all").broken).toBeDefined();
  });

  test("entities are never expanded: a bomb of them is refused at its first use", () => {
    const levels = Array.from({ length: 9 }, (_, at) => `<!ENTITY l${at + 1} "${`&l${at};`.repeat(10)}">`);
    const document = `<!DOCTYPE t [<!ENTITY l0 "lol">${levels.join("")}]>${suite('<testcase name="&l9;"/>')}`;
    expect(read(document)).toMatchObject({ tests: [], broken: { reason: "undefined entity" } });
    const external = `<!DOCTYPE t [<!ENTITY x SYSTEM "file:///etc/passwd">]>${suite('<testcase name="&x;"/>')}`;
    expect(read(external)).toMatchObject({ tests: [], broken: { reason: "undefined entity" } });
  });

  test("nesting and attributes without end are refused", () => {
    expect(read("<testsuite>".repeat(100_000)).broken?.reason).toContain("nested deeper");
    const attributes = Array.from({ length: 5000 }, (_, at) => `a${at}="x"`).join(" ");
    expect(read(`<testsuite ${attributes}/>`).broken?.reason).toContain("attributes");
  });

  test("any cut and any flipped byte gives an end, not a crash", () => {
    const whole = readFileSync(`${fixtures}/node/report.xml`);
    let seed = 7;
    const random = (below: number) => {
      seed = (seed * 48271) % 2147483647;
      return seed % below;
    };
    for (let round = 0; round < 150; round += 1) {
      const bytes = Buffer.from(whole.subarray(0, 1 + random(whole.length)));
      for (let flip = 0; flip < 4; flip += 1) bytes[random(bytes.length)] = random(256);
      const end = read(bytes, 1 + random(5000));
      expect(end.tests.length).toBeLessThanOrEqual(11);
      if (bytes.length < whole.length - 1) expect(end.broken).toBeDefined();
    }
  });
});

describe("large reports", () => {
  test("15 MB of output in one test leaves its last part, in bounded memory", { timeout: 60_000 }, () => {
    const tests: TestResult[] = [];
    const reader = createJunitReader((each) => void tests.push(each));
    const line = Buffer.from(`${"x".repeat(999)}\n`.repeat(64));
    reader.write(Buffer.from("<testsuite>"));
    for (const [open, close] of [
      ["<system-out><![CDATA[", "]]></system-out>"],
      ["<system-err>", "</system-err>"],
    ]) {
      reader.write(Buffer.from(`<testcase name="loud">${open}`));
      const before = heldBytes();
      for (let written = 0; written < 15_000_000; written += line.length) reader.write(line);
      expect(heldBytes() - before).toBeLessThan(3_000_000);
      reader.write(Buffer.from(`the end${close}<failure/></testcase>`));
    }
    reader.write(Buffer.from("</testsuite>"));
    expect(reader.end()).toMatchObject({ tests: 2, broken: undefined });
    for (const each of tests) {
      expect(each.output).toMatch(/the end$/);
      expect(each.output?.length).toBeLessThan(70_000);
    }
  });

  test("an attribute of 20 MB is cut and the rest is still read", { timeout: 60_000 }, () => {
    const document = suite(
      `<testcase name="a"><failure message="${"m".repeat(20_000_000)}"/></testcase><testcase name="b"/>`,
    );
    const { tests, broken } = read(document);
    expect(broken).toBeUndefined();
    expect(tests.map((each) => each.name)).toEqual(["a", "b"]);
    expect(tests[0]?.message?.length).toBeLessThan(5000);
  });

  test("40,000 tests are read one by one", { timeout: 60_000 }, () => {
    const cases = Array.from(
      { length: 40_000 },
      (_, at) => `<testcase classname="c" name="test ${at}" time="0.001"/>`,
    );
    expect(read(suite(cases.join("\n")))).toMatchObject({ broken: undefined, tests: { length: 40_000 } });
  });
});
