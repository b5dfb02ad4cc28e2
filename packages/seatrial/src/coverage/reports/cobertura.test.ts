import { SaxesParser } from "saxes";
import { describe, expect, it } from "vitest";
import { combine } from "../combine.ts";
import { file, statement } from "../testing/files.ts";
import { writeCobertura } from "./cobertura.ts";

/** coverage-04.dtd: an element's children in order (`?` one at most, `*` any number), and its required attributes. */
const DTD: Record<string, { children: string[]; required: string[]; optional?: string[] }> = {
  coverage: {
    children: ["sources?", "packages"],
    required: [
      "line-rate",
      "branch-rate",
      "lines-covered",
      "lines-valid",
      "branches-covered",
      "branches-valid",
      "complexity",
      "version",
      "timestamp",
    ],
  },
  sources: { children: ["source*"], required: [] },
  source: { children: [], required: [] },
  packages: { children: ["package*"], required: [] },
  package: { children: ["classes"], required: ["name", "line-rate", "branch-rate", "complexity"] },
  classes: { children: ["class*"], required: [] },
  class: {
    children: ["methods", "lines"],
    required: ["name", "filename", "line-rate", "branch-rate", "complexity"],
  },
  methods: { children: ["method*"], required: [] },
  method: { children: ["lines"], required: ["name", "signature", "line-rate", "branch-rate", "complexity"] },
  lines: { children: ["line*"], required: [] },
  line: {
    children: ["conditions*"],
    required: ["number", "hits"],
    optional: ["branch", "condition-coverage"],
  },
  conditions: { children: ["condition*"], required: [] },
  condition: { children: [], required: ["number", "type", "coverage"] },
};

interface Element {
  name: string;
  attributes: Record<string, string>;
  children: Element[];
  text: string;
}

function parse(text: string): Element {
  const parser = new SaxesParser();
  const top: Element = { name: "", attributes: {}, children: [], text: "" };
  const stack = [top];
  parser.on("error", (error) => {
    throw error;
  });
  parser.on("opentag", ({ name, attributes }) => {
    const element: Element = {
      name,
      attributes: { ...attributes } as Record<string, string>,
      children: [],
      text: "",
    };
    stack.at(-1)?.children.push(element);
    stack.push(element);
  });
  parser.on("text", (part) => {
    const open = stack.at(-1);
    if (open !== undefined) open.text += part;
  });
  parser.on("closetag", () => void stack.pop());
  parser.write(text).close();
  const [root] = top.children;
  if (root === undefined) throw new Error("no element");
  return root;
}

function checkDtd(element: Element): void {
  const rule = DTD[element.name];
  if (rule === undefined) throw new Error(`<${element.name}> is not in the DTD`);
  const pattern = rule.children.map(
    (child) => `(?:${child.replace(/[?*]$/, "")},)${/[?*]$/.exec(child)?.[0] ?? ""}`,
  );
  expect(element.children.map(({ name }) => `${name},`).join("")).toMatch(
    new RegExp(`^${pattern.join("")}$`),
  );
  const names = Object.keys(element.attributes);
  expect(names).toEqual(expect.arrayContaining(rule.required));
  expect([...rule.required, ...(rule.optional ?? [])]).toEqual(expect.arrayContaining(names));
  if (element.name !== "source") expect(element.text.trim()).toBe("");
  element.children.forEach(checkDtd);
}

function all(element: Element, name: string): Element[] {
  return [
    ...(element.name === name ? [element] : []),
    ...element.children.flatMap((child) => all(child, name)),
  ];
}

const HOSTILE = "a<b>\"&'\u0001\n\ud800.ts";
const lines = Array.from({ length: 3_000 }, (_, at) => ({ line: at + 1, hits: at === 0 ? 0 : 1 }));
const coverage = combine([
  {
    name: "unit",
    profiles: [
      {
        files: [
          file("main.go", { statements: [statement([1, 2], 1)] }),
          file(`src/${HOSTILE}`, { lines, functions: [{ name: "<f>&", line: 2, hits: 1 }] }),
          file("src/b.ts", {
            lines: [{ line: 1, hits: 2 }],
            branches: [
              { line: 1, block: 0, arm: 0, hits: 2 },
              { line: 1, block: 0, arm: 1, hits: 0 },
              { line: 1, block: 1, arm: 0, hits: 1 },
              { line: 7, block: 2, arm: 0, hits: 1 },
            ],
          }),
        ],
      },
    ],
  },
]);
const written = (of = coverage) =>
  parse(
    [...writeCobertura({ coverage: of, root: '/builds/a & "b"/shop', time: 1_700_000_000_000 })].join(""),
  );

describe("Cobertura's XML", () => {
  it("keeps the rules of its DTD, whatever files are called", () => {
    checkDtd(written());
    checkDtd(written({ sources: [], files: [] }));
  });

  it("says where files are, so that GitLab finds them", () => {
    const root = written();
    expect(all(root, "source")[0]?.text).toBe('/builds/a & "b"/shop');
    expect(all(root, "class").map(({ attributes }) => attributes["filename"])).toEqual([
      "main.go",
      "src/a<b>\"&'\ufffd\n\ufffd.ts",
      "src/b.ts",
    ]);
    expect(all(root, "package").map(({ attributes }) => attributes["name"])).toEqual([".", "src"]);
  });

  it("has rates of 1 only where nothing is missing", () => {
    const [, hostile] = all(written(), "class");
    expect(hostile?.attributes["line-rate"]).toBe("0.9996");
    expect(written().attributes).toMatchObject({
      "lines-covered": "3002",
      "lines-valid": "3003",
      "branches-covered": "3",
      "branches-valid": "4",
      "branch-rate": "0.75",
    });
  });

  it("has the conditions of a line, by what they belong to", () => {
    const found = all(written(), "line").filter(({ attributes }) => attributes["branch"] === "true");
    expect(found.map(({ attributes }) => [attributes["number"], attributes["condition-coverage"]])).toEqual([
      ["1", "66% (2/3)"],
      ["7", "100% (1/1)"],
    ]);
    expect(all(found[0] as Element, "condition").map(({ attributes }) => attributes["coverage"])).toEqual([
      "50%",
      "100%",
    ]);
  });
});
