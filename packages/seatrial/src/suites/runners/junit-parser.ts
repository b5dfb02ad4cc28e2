import { SaxesParser } from "saxes";
import type { TestResult } from "../../model/index.ts";
import { createCaseBuilder } from "./junit-case.ts";
import { createXmlDecoder } from "./junit-text.ts";

/** Reads one JUnit report as it arrives. */
export interface JunitReader {
  write(bytes: Uint8Array): void;
  end(): JunitEnd;
}

export interface JunitEnd {
  /** The name of the document's root element. */
  root?: string | undefined;
  tests: number;
  /** Where the document stopped making sense. What came before counts. */
  broken?: BrokenXml | undefined;
}

export interface BrokenXml {
  line: number;
  column: number;
  reason: string;
}

const DEEPEST = 200;
const MOST_ATTRIBUTES = 1000;
const LONGEST_PIECE = 256 * 1024;
const WRONG_END = "unexpected close tag";
const STEP = 64 * 1024;
/** Forbidden, common and unambiguous: `&#27;`, and `]]>` in text as Node's own reporter writes it. Both come through as they stand. */
const HARMLESS = ["malformed character entity", 'the string "]]>" is disallowed in char data'];

/** True for the root element of a JUnit report. */
export function isJunitRoot(name: string | undefined): boolean {
  return name === "testsuites" || name === "testsuite";
}

/** A strict reader: but for what is harmless, the first thing that is not well-formed ends it. Its memory is bounded, whatever the document's size. */
export function createJunitReader(onTest: (test: TestResult) => void): JunitReader {
  const decoder = createXmlDecoder();
  const parser = new SaxesParser({ position: true, xmlns: false as const });
  // Handed over with whatever comes next: the parser reports a wrong closing tag after it has taken it for the right one.
  let complete: TestResult | undefined;
  let tests = 0;
  const builder = createCaseBuilder((test) => {
    complete = test;
  });
  let root: string | undefined;
  let broken: BrokenXml | undefined;
  let attributes = 0;
  let depth = 0;

  function deliver(): void {
    if (complete === undefined) return;
    tests += 1;
    onTest(complete);
    complete = undefined;
  }

  function fail(reason: string): void {
    if (reason !== WRONG_END) deliver();
    complete = undefined;
    broken ??= { line: parser.line, column: parser.column + 1, reason };
  }

  parser.on("error", (error) => {
    const reason = error.message.replace(/^\d+:\d+: /, "").replace(/\.$/, "");
    if (!HARMLESS.includes(reason)) fail(reason);
  });
  parser.on("opentagstart", () => {
    attributes = 0;
    depth += 1;
    if (depth > DEEPEST) fail(`elements nested deeper than ${DEEPEST}`);
  });
  parser.on("attribute", () => {
    attributes += 1;
    if (attributes > MOST_ATTRIBUTES) fail(`an element with more than ${MOST_ATTRIBUTES} attributes`);
  });
  parser.on("opentag", (tag) => {
    if (broken !== undefined) return;
    deliver();
    root ??= tag.name;
    if (isJunitRoot(root)) builder.open(tag.name, tag.attributes);
  });
  parser.on("closetag", (tag) => {
    depth -= 1;
    if (broken !== undefined) return;
    deliver();
    if (isJunitRoot(root)) builder.close(tag.name);
  });
  const text = (piece: string) => {
    if (broken !== undefined) return;
    deliver();
    builder.text(piece);
  };
  parser.on("text", text);
  parser.on("cdata", text);

  // The parser collects a piece of text until its end, and offers no limit. Its buffer is shortened from outside:
  // the last part of a long output is all that is kept anyway.
  const inner = parser as unknown as { text: string; name: string; entity: string };

  function feed(characters: string): void {
    for (let at = 0; at < characters.length && broken === undefined; at += STEP) {
      parser.write(characters.slice(at, at + STEP));
      if (inner.text.length > LONGEST_PIECE) inner.text = Buffer.from(inner.text.slice(-STEP)).toString();
      if (inner.name.length > LONGEST_PIECE) fail("a name of more than 256 KiB");
      if (inner.entity.length > LONGEST_PIECE) fail("a character reference of more than 256 KiB");
    }
  }

  return {
    write(bytes) {
      if (broken === undefined) feed(decoder.write(bytes));
    },
    end() {
      if (broken === undefined) {
        feed(decoder.end());
        deliver();
        if (broken === undefined) parser.close();
      }
      return { root, tests, broken };
    },
  };
}
