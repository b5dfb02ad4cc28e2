import type { TestResult } from "../../model/index.ts";
import { createTail } from "../tail.ts";
import { clipEnd } from "../text.ts";
import { parseTapLine, type TapPoint } from "./tap-line.ts";
import { readDiagnostics } from "./tap-yaml.ts";

/** Reads TAP 13 and 14 as it arrives. */
export interface TapReader {
  /** Takes complete lines. */
  write(text: string): void;
  end(): TapEnd;
}

export interface TapEnd {
  /** There was TAP at all. */
  found: boolean;
  /** The reason that the tests gave for giving up. */
  bailedOut?: string | undefined;
  /** Plans that are missing or do not fit. */
  broken: string[];
}

/** The points of one depth. */
interface Level {
  indent: number;
  /** The subtest that it belongs to, once that is known. */
  name?: string | undefined;
  planned?: number | undefined;
  points: number;
  failed: number;
  /** Tests of a subtest whose name is not known yet. */
  held: TestResult[];
}

interface Pending {
  point: TapPoint;
  output: string;
  /** What its subtests said, if it has any. */
  children?: Level | undefined;
}

const LONGEST_LINE = 64 * 1024;
const LONGEST_OUTPUT = 64 * 1024;
const MOST_BROKEN = 20;

/** A reader for one stream. Tests without a parent get `group`, subtests the path of their parents. */
export function createTapReader(options: { group: string; onTest: (test: TestResult) => void }): TapReader {
  const levels: Level[] = [newLevel(0)];
  const broken: string[] = [];
  let pending: Pending | undefined;
  let yaml: { indent: number; text: string } | undefined;
  let announced: string | undefined;
  let loose = createTail();
  let found = false;
  let bailedOut: string | undefined;

  const top = () => levels.at(-1) ?? newLevel(0);

  function complain(level: Level): void {
    const where = level.name === undefined ? "" : ` of ${level.name}`;
    const { planned, points } = level;
    if (planned !== undefined && planned !== points && broken.length < MOST_BROKEN)
      broken.push(`the plan${where} is ${planned} tests, but there were ${points}`);
  }

  function settle(): void {
    if (pending === undefined) return;
    const { point, output, children } = pending;
    pending = undefined;
    const details = readDiagnostics(output);
    const failed = point.status === "failed";
    if (failed) top().failed += 1;
    // A parent only sums up its subtests; it counts when it says more than they do.
    if (children !== undefined && !(failed && children.failed === 0)) return;
    const path = levels.flatMap((level) => level.name ?? []);
    report({
      group: path.length === 0 ? options.group : path.join(" > "),
      name: point.name,
      status: point.status,
      duration: details.duration ?? 0,
      message: failed ? (details.message ?? "failed without a message") : point.reason,
      output: output === "" ? undefined : output,
    });
  }

  function report(test: TestResult): void {
    const holder = levels.findLast((level) => level.indent > 0 && level.name === undefined);
    if (holder === undefined) options.onTest(test);
    else holder.held.push(test);
  }

  /** Ends the levels below `indent`; the outermost of them is what the next point sums up. */
  function closeTo(indent: number, name: string | undefined): Level | undefined {
    let closed: Level | undefined;
    while (top().indent > indent) {
      settle();
      closed = levels.pop();
      if (closed === undefined) break;
      complain(closed);
      const parent = closed.name ?? name ?? "subtest";
      for (const test of closed.held) {
        const inner = test.group === options.group ? [] : [test.group];
        report({ ...test, group: [parent, ...inner].join(" > ") });
      }
      if (closed.failed > 0 && top().indent > indent) top().failed += closed.failed;
    }
    return closed;
  }

  function deepen(indent: number): void {
    if (indent <= top().indent) return;
    settle();
    levels.push({ ...newLevel(indent), name: announced });
    announced = undefined;
  }

  /** Some write a subtest's name at its parent's depth, some at its own. */
  function announce(indent: number, name: string): void {
    settle();
    const ownDepth = indent > top().indent && announced === undefined;
    if (ownDepth) levels.push({ ...newLevel(indent), name });
    else {
      deepen(indent);
      announced = name;
    }
  }

  function addPoint(point: TapPoint): void {
    found = true;
    deepen(point.indent);
    const children = closeTo(point.indent, point.name);
    settle();
    announced = undefined;
    const level = top();
    level.points += 1;
    const name = point.name === "" ? `test ${point.number ?? level.points}` : point.name;
    pending = { point: { ...point, name }, output: loose.text(), children };
    loose = createTail();
  }

  function diagnostics(text: string): void {
    if (pending === undefined) loose.add(text);
    else if (pending.output.length < LONGEST_OUTPUT) pending.output += text;
  }

  function endYaml(): void {
    if (yaml === undefined) return;
    diagnostics(`---\n${yaml.text}...\n`);
    yaml = undefined;
  }

  /** True when the line was part of a block of diagnostics. One that is never closed ends where its indentation does. */
  function readYaml(line: string): boolean {
    if (yaml === undefined) return false;
    const inside = line.trim() === "" || line.search(/\S/) >= yaml.indent;
    if (!inside || line.trim() === "...") endYaml();
    else if (yaml.text.length < LONGEST_OUTPUT) yaml.text += `${line.slice(yaml.indent)}\n`;
    return inside;
  }

  function readLine(raw: string): void {
    if (bailedOut !== undefined) return;
    const text = clipEnd(raw.replace(/\r$/, ""), LONGEST_LINE);
    if (readYaml(text)) return;
    const line = parseTapLine(text);
    switch (line.kind) {
      case "version":
        found = true;
        return;
      case "plan":
        found = true;
        deepen(line.indent);
        closeTo(line.indent, undefined);
        top().planned = line.count;
        return;
      case "point":
        addPoint(line.point);
        return;
      case "bail-out":
        found = true;
        bailedOut = line.reason;
        return;
      case "subtest":
        announce(line.indent, line.name);
        return;
      case "yaml":
        if (pending !== undefined) yaml = { indent: line.indent, text: "" };
        return;
      case "comment":
        diagnostics(`${text.trimStart()}\n`);
        return;
      case "other":
        if (text.trim() !== "") loose.add(`${text}\n`);
    }
  }

  return {
    write(text) {
      const lines = text.split("\n");
      if (lines.at(-1) === "") lines.pop();
      for (const line of lines) readLine(line);
    },
    end() {
      endYaml();
      closeTo(0, undefined);
      settle();
      const [root = newLevel(0)] = levels;
      complain(root);
      if (found && root.planned === undefined && bailedOut === undefined)
        broken.push("there is no plan (a line such as 1..3), so nobody knows whether all tests ran");
      return { found, bailedOut, broken: bailedOut === undefined ? broken : [] };
    },
  };
}

function newLevel(indent: number): Level {
  return { indent, points: 0, failed: 0, held: [] };
}
