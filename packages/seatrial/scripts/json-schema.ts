import { toJsonSchema } from "@valibot/to-json-schema";
import { configSchema } from "../src/config/schema/config.ts";

/** The published JSON Schema of `seatrial.yaml`, for editors. The program itself checks more than a schema can say. */
export function jsonSchemaText(): string {
  const schema = toJsonSchema(configSchema, {
    typeMode: "input",
    target: "draft-07",
    // Rules between keys and the reading of texts have no counterpart in JSON Schema.
    ignoreActions: ["raw_check", "raw_transform", "transform"],
  });
  const { $schema, ...rest } = schema;
  const published = {
    $schema,
    title: "Seatrial configuration (seatrial.yaml)",
    description:
      "Build the image once, test that very image against real infrastructure, ship that very digest. Texts may hold variables, as in Compose: ${NAME:-default}.",
    ...(withVariables(rest) as object),
  };
  return `${JSON.stringify(published, null, 2)}\n`;
}

const VARIABLE = "\\$";

/** Lets texts with a variable in them through every pattern and list of words; names that are keys take no variables. */
function withVariables(node: unknown): unknown {
  if (Array.isArray(node)) return node.map(withVariables);
  if (typeof node !== "object" || node === null) return node;
  const entries = Object.entries(node).map(([key, value]) => {
    if (key === "propertyNames" || key === "examples" || key === "required") return [key, value];
    if (key === "pattern" && !String(value).includes(VARIABLE)) return [key, `${value}|${VARIABLE}`];
    return [key, withVariables(value)];
  });
  const { enum: words, ...rest } = Object.fromEntries(entries) as Record<string, unknown>;
  if (words === undefined) return rest;
  const { type: _, ...about } = rest;
  return { ...about, anyOf: [{ enum: words }, { type: "string", pattern: VARIABLE }] };
}
