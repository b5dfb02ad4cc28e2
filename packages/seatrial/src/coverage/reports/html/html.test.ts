import { describe, expect, it } from "vitest";
import { combine } from "../../combine.ts";
import { file, statement } from "../../testing/files.ts";
import { writeCode } from "./code-line.ts";
import { lineStates } from "./line-states.ts";
import { type HtmlFile, type HtmlInput, writeHtml } from "./write-html.ts";

const EVIL = '"><script>alert(1)</script>';
const coverage = combine([
  {
    name: "unit",
    profiles: [
      {
        files: [
          file("src/deep/only/a.ts", { statements: [statement([1, 1], 1), statement([3, 3], 0)] }),
          file("main.go", {
            statements: [
              { startLine: 1, startColumn: 1, endLine: 1, endColumn: 9, weight: 1, hits: 1 },
              { startLine: 1, startColumn: 12, endLine: 1, endColumn: 20, weight: 1, hits: 0 },
            ],
          }),
          file(`src/${EVIL}/../../../x.ts`, { lines: [{ line: 1, hits: 0 }] }),
        ],
      },
    ],
  },
  {
    name: `api ${EVIL}`,
    profiles: [{ files: [file("src/deep/only/a.ts", { statements: [statement([3, 3], 2)] })] }],
  },
]);

async function written(more: Partial<HtmlInput> = {}): Promise<Map<string, string>> {
  const files: HtmlFile[] = [];
  const read = async (path: string) =>
    path === "main.go" ? "if a { b } else { c }\n" : `one ${EVIL}\n\nthree\u202e\n`;
  const input = { coverage, judgements: [], root: "/x", time: 0, read, ...more };
  for await (const each of writeHtml(input)) files.push(each);
  return new Map(files.map(({ name, content }) => [name, content]));
}

describe("the HTML report", () => {
  it("has a page for each folder and file, all below its own folder, all linked", async () => {
    const files = await written();
    const names = [...files.keys()];
    expect(
      names.every((name) => /^((files|folders)\/)?[A-Za-z0-9._-]+$/.test(name) && !name.includes("...")),
    ).toBe(true);
    expect(names.filter((name) => name.startsWith("files/"))).toHaveLength(3);
    for (const [name, content] of files) {
      const folder = new URL(name, "file:///report/");
      for (const [, link = ""] of content.matchAll(/(?:href|src)="([^"#]+)"/g)) {
        if (link === "data:,") continue;
        expect(names).toContain(new URL(link, folder).pathname.slice("/report/".length));
      }
    }
  });

  it("joins folders that hold nothing but one folder", async () => {
    const index = (await written()).get("index.html") ?? "";
    expect(index).toContain(">src/</a>");
    expect([...(await written()).values()].some((page) => page.includes(">deep/only/</a>"))).toBe(true);
  });

  it("loads nothing from elsewhere and holds no markup of names or contents", async () => {
    for (const [name, content] of await written()) {
      expect(content).not.toMatch(/https?:\/\//);
      if (name.endsWith(".html")) {
        expect(content).not.toContain("<script>");
        expect(content.match(/<script/g)?.length).toBe(name === "index.html" ? 2 : 1);
        expect(content).not.toMatch(/ (on\w+|style)=/);
        expect(content).not.toContain("\u202e");
      }
    }
  });

  it("says who reached a line, and shows turned text as what it is", async () => {
    const page = [...(await written()).entries()].find(([name]) => name.endsWith("-a.ts.html"))?.[1] ?? "";
    expect(page).toContain('<tr id="L1" class="hit" data-by="0">');
    expect(page).toContain(">only unit</td>");
    expect(page).toContain('<tr id="L3" class="hit" data-by="1">');
    expect(page).toContain("three[U+202E]");
  });

  it("marks what is missing of a line that was reached in part", async () => {
    const page = [...(await written()).entries()].find(([name]) => name.endsWith("-main.go.html"))?.[1] ?? "";
    expect(page).toContain('class="part gap"');
    expect(page).toContain("<mark>else { c</mark>".replace("else", "else"));
  });

  it("shows the lines that are known of a file without its text", async () => {
    const files = await written({ read: async () => undefined });
    const page = [...files.entries()].find(([name]) => name.endsWith("-a.ts.html"))?.[1] ?? "";
    expect(page).toContain("The project does not have this file");
    expect(page).toContain('<a href="#L3">3</a>');
  });

  it("writes 10,000 files before a test's time is over", async () => {
    const many = combine([
      {
        name: "unit",
        profiles: [
          {
            files: Array.from({ length: 10_000 }, (_, at) =>
              file(`pkg${at % 100}/sub/f${at}.go`, { statements: [statement([1, 5], at % 2)] }),
            ),
          },
        ],
      },
    ]);
    let count = 0;
    for await (const _ of writeHtml({
      coverage: many,
      judgements: [],
      root: "/x",
      time: 0,
      read: async () => "a\nb\n",
    }))
      count += 1;
    expect(count).toBe(10_000 + 4 + 100);
  }, 60_000);
});

describe("the state of a line", () => {
  it("is part where some branches were not reached", () => {
    const [only] = combine([
      {
        name: "unit",
        profiles: [
          {
            files: [
              file("a.ts", {
                lines: [
                  { line: 1, hits: 4 },
                  { line: 2, hits: 0 },
                ],
                branches: [
                  { line: 1, block: 0, arm: 0, hits: 4 },
                  { line: 1, block: 0, arm: 1, hits: 0 },
                ],
              }),
            ],
          },
        ],
      },
    ]).files;
    const states = lineStates(only ?? file("none"));
    expect([...states].map(([line, { state, arms }]) => [line, state, arms.covered])).toEqual([
      [1, "part", 1],
      [2, "miss", 0],
    ]);
  });

  it("does not follow a statement that claims to have two billion lines", () => {
    const [only] = combine([
      {
        name: "unit",
        profiles: [
          { files: [file("a.go", { statements: [statement([1, 2_000_000_000], 0), statement([1, 1], 1)] })] },
        ],
      },
    ]).files;
    expect(lineStates(only ?? file("none")).get(1)?.state).toBe("part");
  });
});

describe("a line of code", () => {
  const part = (missing: { from: number; to: number }[]) => ({
    state: "part" as const,
    hits: 1,
    by: [0],
    missing,
    arms: { covered: 0, total: 0 },
  });

  it("is cut where it is very long", () => {
    const code = writeCode("x".repeat(1_000_000), undefined);
    expect(code.length).toBeLessThan(3_000);
    expect(code).toContain("998000 more characters");
  });

  it("is marked where columns are sure, overlaps once", () => {
    expect(
      writeCode(
        "ab<cd>",
        part([
          { from: 3, to: 5 },
          { from: 4, to: 99 },
        ]),
      ),
    ).toBe("ab<mark>&#60;c</mark><mark>d&#62;</mark>");
    expect(writeCode("é<", part([{ from: 1, to: 3 }]))).toBe("é&#60;");
    expect(writeCode("", part([{ from: 0, to: 99 }]))).toBe("");
  });
});
