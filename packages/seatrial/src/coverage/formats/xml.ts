import { SaxesParser } from "saxes";
import { invalidProfile } from "./invalid.ts";

/** An element as it opens. */
export interface XmlOpening {
  name: string;
  attributes: Readonly<Record<string, string>>;
  /** Names of the elements around it, from the root. */
  parents: readonly string[];
  /** The error of this place. */
  fail(reason: string): Error;
}

export interface XmlReading {
  format: string;
  text: string;
  /** What the document's first element must be. */
  root: string;
  open(element: XmlOpening): void;
  close(name: string, fail: (reason: string) => Error): void;
  /** The text of an element, up to its first child or after its last. */
  content?(name: string, text: string): void;
}

const DEEPEST = 100;

/** Reads a document strictly. Nothing that a DOCTYPE declares is resolved: an entity of its own is an error. */
export function readXml(options: XmlReading): void {
  const { format, root, open, close, content } = options;
  const parser = new SaxesParser({ position: true, xmlns: false as const });
  const parents: string[] = [];
  let text = "";
  const fail = (reason: string) =>
    invalidProfile({ format, place: `line ${parser.line}, column ${parser.column + 1}`, reason });

  parser.on("error", (error) => {
    throw fail(error.message.replace(/^\d+:\d+: /, ""));
  });
  parser.on("opentag", ({ name, attributes }) => {
    if (parents.length === 0 && name !== root) throw fail(`the document is <${name}>, not <${root}>`);
    if (parents.length >= DEEPEST) throw fail(`elements are nested deeper than ${DEEPEST}`);
    text = "";
    open({ name, attributes, parents, fail });
    parents.push(name);
  });
  parser.on("closetag", ({ name }) => {
    content?.(name, text);
    text = "";
    parents.pop();
    close(name, fail);
  });
  if (content !== undefined)
    parser.on("text", (piece) => {
      text += piece;
    });
  parser.write(options.text).close();
}
