/** A text with variables, in pieces. */
export type TemplatePart = string | Variable;

export interface Variable {
  name: string;
  /** What follows the name in braces: a default, a required value, a replacement. */
  operator?: Operator | undefined;
  operand: TemplatePart[];
  /** Where the whole expression is in the text. */
  start: number;
  end: number;
}

export type Operator = ":-" | "-" | ":?" | "?" | ":+" | "+";

/** A text that is no template: says why, and where. */
export interface TemplateFault {
  message: string;
  start: number;
  end: number;
}

const NAME = /[A-Za-z_][A-Za-z0-9_]*/y;
const OPERATOR = /:-|-|:\?|\?|:\+|\+/y;
const DEEPEST = 30;

/** Reads Compose's own syntax: `$NAME`, `${NAME}`, six operators, nesting, `$$` for a dollar sign. */
export function parseTemplate(text: string): { parts: TemplatePart[] } | { fault: TemplateFault } {
  let at = 0;

  function fault(start: number, message: string): never {
    throw new FaultSignal({ message, start, end: Math.max(start + 1, Math.min(at, text.length)) });
  }

  function match(pattern: RegExp): string | undefined {
    pattern.lastIndex = at;
    const found = pattern.exec(text)?.[0];
    at += found?.length ?? 0;
    return found;
  }

  function parts(depth: number): TemplatePart[] {
    const result: TemplatePart[] = [];
    let literal = "";
    while (at < text.length && !(depth > 0 && text[at] === "}")) {
      if (text[at] !== "$") {
        literal += text[at];
        at += 1;
      } else if (text[at + 1] === "$") {
        literal += "$";
        at += 2;
      } else {
        if (literal !== "") result.push(literal);
        literal = "";
        result.push(variable(depth));
      }
    }
    if (literal !== "") result.push(literal);
    return result;
  }

  function variable(depth: number): Variable {
    const start = at;
    at += 1;
    const braced = text[at] === "{";
    if (braced) at += 1;
    const name = match(NAME);
    if (name === undefined) {
      const what = braced ? '"${" without a variable\'s name' : '"$" without a variable\'s name';
      return fault(start, `${what}; write $$ for a dollar sign`);
    }
    if (!braced) return { name, operand: [], start, end: at };
    if (depth >= DEEPEST) return fault(start, `variables nested more than ${DEEPEST} deep`);
    const operator = match(OPERATOR) as Operator | undefined;
    const operand = operator === undefined ? [] : parts(depth + 1);
    if (text[at] !== "}") {
      const found = at < text.length ? `found "${text[at]}"` : "found the end";
      return fault(start, `expected "}" after \${${name}, ${found}`);
    }
    at += 1;
    return { name, operator, operand, start, end: at };
  }

  try {
    return { parts: parts(0) };
  } catch (error) {
    if (error instanceof FaultSignal) return { fault: error.fault };
    throw error;
  }
}

/** Every variable that a text mentions, those in defaults included. A text that is no template mentions none. */
export function variablesIn(text: string): string[] {
  const parsed = parseTemplate(text);
  return "fault" in parsed ? [] : namesIn(parsed.parts);
}

function namesIn(parts: readonly TemplatePart[]): string[] {
  return parts.flatMap((part) => (typeof part === "string" ? [] : [part.name, ...namesIn(part.operand)]));
}

class FaultSignal extends Error {
  readonly fault: TemplateFault;
  constructor(fault: TemplateFault) {
    super(fault.message);
    this.fault = fault;
  }
}
