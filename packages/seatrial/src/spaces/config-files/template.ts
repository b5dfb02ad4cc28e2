import { spaceError } from "../errors.ts";

/** A configuration template, read: text as it is, and names to be replaced. */
export interface Template {
  path: string;
  parts: (string | TemplateName)[];
}

export interface TemplateName {
  name: string;
  /** Counted from 1. */
  line: number;
  column: number;
}

const OPENING = "{{";
const LITERAL = "{{{{";
const CLOSING = "}}";
const NAME = /^[A-Za-z_][\w-]*(\.[\w-]+)*$/;

/** Reads `{{name}}`; `{{{{` stands for `{{` itself. Fails with CONFIG_TEMPLATE_INVALID, and the place of what is wrong. */
export function parseTemplate(file: { path: string; text: string }): Template {
  const { path, text } = file;
  const parts: Template["parts"] = [];
  let at = 0;
  for (let open = text.indexOf(OPENING); open >= 0; open = text.indexOf(OPENING, at)) {
    if (open > at) parts.push(text.slice(at, open));
    if (text.startsWith(LITERAL, open)) {
      parts.push(OPENING);
      at = open + LITERAL.length;
      continue;
    }
    const place = placeOf(text, open);
    const close = text.indexOf(CLOSING, open);
    const inner = close < 0 ? "" : text.slice(open + OPENING.length, close);
    if (close < 0 || inner.includes("\n"))
      throw invalid({ path, place, what: "{{ is not closed on its line", hint: LITERAL_HINT });
    const name = inner.trim();
    if (!NAME.test(name))
      throw invalid({ path, place, what: `{{${inner}}} is not the name of a value`, hint: LITERAL_HINT });
    parts.push({ name, ...place });
    at = close + CLOSING.length;
  }
  if (at < text.length) parts.push(text.slice(at));
  return { path, parts };
}

const LITERAL_HINT =
  "A name is letters, digits, `_`, `-` and dots, as in {{host}}; {{{{ stands for {{ itself.";

interface Place {
  line: number;
  column: number;
}

/** What is wrong with a template, with its place. */
export function invalid(options: { path: string; place: Place; what: string; hint?: string | undefined }) {
  const { path, place, what, hint } = options;
  const message = `${path}:${place.line}:${place.column}: ${what}`;
  return spaceError({ code: "CONFIG_TEMPLATE_INVALID", message, hint });
}

function placeOf(text: string, at: number): Place {
  const before = text.slice(0, at).split("\n");
  return { line: before.length, column: (before.at(-1)?.length ?? 0) + 1 };
}
