import { code } from "./markdown.mjs";

/** A schema's type for people. `section` is a link to the table of the mapping that is in it. */
export function typeWords(schema, section) {
  if (schema.enum !== undefined) return schema.enum.map(code).join(", ");
  if (schema.anyOf !== undefined) return choiceWords(schema, section);
  switch (schema.type) {
    case "array":
      return `list of ${typeWords(schema.items, section)}`;
    case "object":
      return mappingWords(schema, section);
    case "boolean":
      return "true or false";
    case "number":
    case "integer":
      return numberWords(schema);
    default:
      return textWords(schema);
  }
}

function choiceWords(schema, section) {
  const kinds = alternatives(schema);
  const types = kinds.map((each) => each.type);
  // Values that Compose takes as text however they are written.
  if (["string", "number", "boolean"].every((type) => types.includes(type))) return "text";
  const lists = kinds.filter((each) => each.type === "array");
  const others = kinds.filter((each) => !lists.includes(each));
  const words = [...new Set(others.map((each) => typeWords(each, section)))];
  const alone = words.join(" or ");
  const listed = lists.map((each) => typeWords(each.items, section));
  if (listed.length === 0) return alone;
  return `${alone}, or a list${listed[0] === alone ? "" : ` of ${listed[0]}`}`;
}

/** The alternatives of a schema, those of its alternatives included, without what only lets variables and nothing through. */
function alternatives({ anyOf, minimum, maximum }) {
  const all = anyOf.flatMap((each) => {
    const kind = minimum === undefined ? each : { minimum, maximum, ...each };
    return kind.anyOf === undefined ? [kind] : alternatives(kind);
  });
  return all.filter((each) => each.type !== "null" && !isForVariables(each));
}

function isForVariables(schema) {
  const patterns = ["\\$", "^[-+.\\w]+$|\\$"];
  return patterns.includes(schema.pattern) || schema.enum?.join() === "true,false";
}

function mappingWords(schema, section) {
  if (schema.properties !== undefined) return section ?? "mapping";
  return `mapping of names to ${typeWords(schema.additionalProperties, section)}`;
}

function numberWords({ type, minimum, maximum }) {
  const range = minimum === undefined ? "" : ` from ${minimum} to ${maximum}`;
  return `${type === "integer" ? "whole number" : "number"}${range}`;
}

function textWords({ pattern = "" }) {
  if (pattern.includes("(ms|s|m|h)")) return "duration";
  if (pattern.startsWith("^[^\\s=]+(=|$)")) return code("NAME=value");
  return "text";
}

/** A value as YAML in one line. */
export function flow(value) {
  if (Array.isArray(value)) return `[${value.map(flow).join(", ")}]`;
  if (typeof value === "object" && value !== null) {
    const entries = Object.entries(value).map(([key, inner]) => `${key}: ${flow(inner)}`);
    return `{ ${entries.join(", ")} }`;
  }
  return typeof value === "string" && !isPlain(value) ? JSON.stringify(value) : String(value);
}

/** Text that YAML reads as itself without quotes, also inside of brackets. */
function isPlain(text) {
  return /^[\w./~][^\s{}[\],"'#&]*( [\w./-]+)*$/.test(text) && !/^[+-]?\.?\d[\d.:+-]*$/.test(text);
}
