import {
  type Alias,
  type Document,
  isAlias,
  isNode,
  isScalar,
  Lexer,
  type Node,
  parseDocument,
  visit,
} from "yaml";
import type { Mistake } from "../mistake.ts";

/** A YAML text as nodes that know their places. */
export interface YamlDocument {
  contents: Node | null;
  /** What each alias stands for. */
  anchored: Map<Alias, Node>;
  /** The text of every string in it. */
  strings: string[];
  mistakes: Mistake[];
}

const DEEPEST = 100;

/** Reads one YAML document; all of its syntax errors come back as mistakes. */
export function readYaml(text: string): YamlDocument {
  const deep = tooDeep(text);
  if (deep !== undefined) {
    const mistake = { message: `nested more than ${DEEPEST} deep`, start: deep, end: deep + 1 };
    return { contents: null, anchored: new Map(), strings: [], mistakes: [mistake] };
  }
  // Duplicate keys are found when the tree is read: the parser compares each key with each.
  const document = parseDocument(text, { prettyErrors: false, uniqueKeys: false, logLevel: "error" });
  const last = Math.max(0, text.trimEnd().length - 1);
  const mistakes: Mistake[] = [];
  for (const { code, message, pos } of [...document.errors, ...document.warnings]) {
    const start = Math.min(pos[0], last);
    // A second complaint about one place is only a consequence of the first.
    if (mistakes.some((mistake) => mistake.start === start)) continue;
    mistakes.push({ message: explain(code, message), start, end: pos[1] });
  }
  const { anchored, strings } = survey(document, mistakes);
  return { contents: isNode(document.contents) ? document.contents : null, anchored, strings, mistakes };
}

/**
 * Where nesting gets deeper than anybody writes. The parser recurses and takes time quadratic in the depth, so a small file of
 * nothing but brackets or dashes would hold it up for minutes.
 */
export function tooDeep(text: string): number | undefined {
  let flow = 0;
  let block = 0;
  let offset = 0;
  for (const token of new Lexer().lex(text)) {
    if (token === "[" || token === "{") flow += 1;
    else if (token === "]" || token === "}") flow = Math.max(0, flow - 1);
    else if (flow === 0 && (token === "-" || token === "?" || token === ":")) block += 1;
    else if (token.startsWith("\n")) block = 0;
    if (flow > DEEPEST || block > DEEPEST) return offset;
    if (!MARKS.has(token)) offset += token.length;
  }
  return undefined;
}

/** Tokens of the lexer that stand for no text: document, end of a flow, a scalar to come. */
const MARKS = new Set(["\u0002", "\u0018", "\u001f"]);

function survey(document: Document.Parsed, mistakes: Mistake[]): Pick<YamlDocument, "anchored" | "strings"> {
  const current = new Map<string, Node>();
  const anchored = new Map<Alias, Node>();
  const strings: string[] = [];
  visit(document, {
    Node(_, node) {
      if (isAlias(node)) {
        const target = current.get(node.source);
        const [start, end] = node.range ?? [0, 1];
        if (target !== undefined) anchored.set(node, target);
        else mistakes.push({ message: `unknown anchor "${node.source}"`, start, end });
        return;
      }
      if ("anchor" in node && node.anchor !== undefined) current.set(node.anchor, node);
      if (isScalar(node) && typeof node.value === "string") strings.push(node.value);
    },
  });
  return { anchored, strings };
}

function explain(code: string, message: string): string {
  if (code === "TAB_AS_INDENT") return "a tab in the indentation; YAML allows spaces only";
  if (code === "BLOCK_AS_IMPLICIT_KEY") return 'invalid YAML: ": " inside a value; put the value in quotes';
  if (code === "MULTIPLE_DOCS") return "a second document (---); expected one";
  if (code === "TAG_RESOLVE_FAILED") return "a YAML tag, which has no meaning here";
  return `invalid YAML: ${message.charAt(0).toLowerCase()}${message.slice(1)}`;
}
