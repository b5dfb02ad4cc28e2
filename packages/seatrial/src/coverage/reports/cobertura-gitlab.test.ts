import { SaxesParser } from "saxes";
import { expect, test } from "vitest";
import { combine } from "../combine.ts";
import { file } from "../testing/files.ts";
import { writeCobertura } from "./cobertura.ts";

interface Checkout {
  /** `group/project`, as it stands in the paths of runners. */
  project: string;
  /** The files of the commit. */
  files: readonly string[];
}

/**
 * What GitLab shows in merge requests of a report, by the rules of its reader (lib/gitlab/ci/parsers/coverage/sax_document.rb): a source
 * counts by what follows the project's path in it, a file below one must be in the commit, the lines of methods are lines, later ones win,
 * and the lines of a file that was not found are taken for the next one's.
 */
function shownByGitLab(report: string, { project, files }: Checkout): Record<string, Record<number, number>> {
  const shown: Record<string, Record<number, number>> = {};
  const sources: string[] = [];
  let element = "";
  let current: string | undefined;
  let lines: Record<number, number> = {};
  const whole = (text: string | undefined) => {
    if (!/^\d+$/.test(text ?? "")) throw new Error(`${text} is no whole number`);
    return Number(text);
  };
  const parser = new SaxesParser();
  parser.on("error", (error) => {
    throw error;
  });
  parser.on("opentag", ({ name, attributes }) => {
    element = name;
    if (name === "line") lines[whole(attributes["number"])] = whole(attributes["hits"]);
    const path = attributes["filename"];
    if (name !== "class" || path === undefined || path === "") return;
    const candidates = sources.slice(0, 100).map((source) => `${source.replace(/\/$/, "")}/${path}`);
    current = sources.length === 0 ? path : candidates.find((candidate) => files.includes(candidate));
  });
  parser.on("text", (text) => {
    if (element !== "source" || text.includes("/usr/local/go/src")) return;
    const [, ...rest] = text.split(`${project}/`);
    const source = rest.join(`${project}/`);
    if (source.trim() !== "") sources.push(source);
  });
  parser.on("closetag", ({ name }) => {
    if (name !== "class" || current === undefined || Object.keys(lines).length === 0) return;
    shown[current] = lines;
    current = undefined;
    lines = {};
  });
  parser.write(report).close();
  return shown;
}

const coverage = combine([
  {
    name: "unit",
    profiles: [
      {
        files: [
          file("cmd/server/main.go", {
            lines: [
              { line: 3, hits: 0 },
              { line: 4, hits: 2 ** 31 },
            ],
            functions: [{ name: "main", line: 3, hits: 1 }],
          }),
          file("üb er/a&b.py", {
            lines: [{ line: 1, hits: 2 }],
            branches: [{ line: 2, block: 0, arm: 0, hits: 1 }],
          }),
          file("empty.go", {}),
        ],
      },
    ],
  },
]);
const report = (root: string) => [...writeCobertura({ coverage, root, time: 0 })].join("");
const LINES = { "cmd/server/main.go": { 3: 0, 4: 2 ** 31 }, "üb er/a&b.py": { 1: 2, 2: 1 } };
const files = [...Object.keys(LINES), "empty.go"];

test("GitLab shows every line of a project that is the whole repository", () => {
  expect(shownByGitLab(report("/builds/group/shop"), { project: "group/shop", files })).toEqual(LINES);
});

test("GitLab shows every line of a project that is a folder of its repository", () => {
  const below = (path: string) => `services/shop/${path}`;
  const wanted = Object.fromEntries(Object.entries(LINES).map(([path, lines]) => [below(path), lines]));
  const checkout = { project: "group/all", files: files.map(below) };
  expect(shownByGitLab(report("/builds/group/all/services/shop"), checkout)).toEqual(wanted);
});

test("GitLab shows every line where its checkout is elsewhere", () => {
  expect(shownByGitLab(report("/project"), { project: "group/shop", files })).toEqual(LINES);
});
