import { parseTemplate, type TemplateFault, type TemplatePart, type Variable } from "./template.ts";

/** Finds a variable's value; undefined when it is not set. */
export type Lookup = (name: string) => string | undefined;

export type Interpolated =
  | { ok: true; text: string; unset: Variable[] }
  | { ok: false; fault: TemplateFault };

/**
 * Puts variables into a text as Compose does. `unset` holds those that had neither value nor default and became empty.
 * A missing required variable, and a text that is no template, is a fault with its place in the text.
 */
export function interpolate(text: string, lookup: Lookup): Interpolated {
  if (!text.includes("$")) return { ok: true, text, unset: [] };
  const parsed = parseTemplate(text);
  if ("fault" in parsed) return { ok: false, fault: parsed.fault };
  const unset: Variable[] = [];

  function fill(parts: readonly TemplatePart[]): string | { fault: TemplateFault } {
    let result = "";
    for (const part of parts) {
      const piece = typeof part === "string" ? part : resolved(part);
      if (typeof piece !== "string") return piece;
      result += piece;
    }
    return result;
  }

  function resolved(variable: Variable): string | { fault: TemplateFault } {
    const value = lookup(variable.name);
    const { operator, operand } = variable;
    if (operator === undefined) {
      if (value === undefined) unset.push(variable);
      return value ?? "";
    }
    const present = value !== undefined && (!operator.startsWith(":") || value !== "");
    if (operator.endsWith("+")) return present ? fill(operand) : "";
    if (present) return value;
    if (operator.endsWith("-")) return fill(operand);
    return missing(variable, fill(operand));
  }

  const filled = fill(parsed.parts);
  return typeof filled === "string" ? { ok: true, text: filled, unset } : { ok: false, fault: filled.fault };
}

function missing(variable: Variable, reason: string | { fault: TemplateFault }): { fault: TemplateFault } {
  if (typeof reason !== "string") return reason;
  const empty = variable.operator === ":?" ? "is not set or empty" : "is not set";
  const message = `required variable ${variable.name} ${empty}${reason === "" ? "" : `: ${reason}`}`;
  return { fault: { message, start: variable.start, end: variable.end } };
}
