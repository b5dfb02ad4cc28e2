/** As much of JSON Schema as protocol/schema/broker uses. */
export interface Schema {
  title?: string;
  type?: string;
  enum?: unknown[];
  format?: string;
  properties?: Record<string, Schema>;
  additionalProperties?: Schema;
  required?: string[];
  items?: Schema;
  minimum?: number;
  maximum?: number;
  minLength?: number;
  maxLength?: number;
  maxItems?: number;
  $ref?: string;
}

const WHEN = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/;

/** What is wrong with a value, place by place; fields that the schema does not name count too. Empty: it fits. */
export function mismatches(options: {
  schema: Schema;
  value: unknown;
  /** Finds a schema that another refers to. */
  find: (ref: string) => Schema;
  where?: string;
}): string[] {
  const { value, find, where = "" } = options;
  const schema = options.schema.$ref === undefined ? options.schema : find(options.schema.$ref);
  const wrong = (what: string) => [`${where || "it"}: ${what}`];
  if (schema.type !== undefined && !isOfType(value, schema.type)) return wrong(`is no ${schema.type}`);
  if (schema.enum !== undefined && !schema.enum.includes(value))
    return wrong(`${String(value)} is no known word`);
  if (
    typeof value === "number" &&
    !(value >= (schema.minimum ?? value) && value <= (schema.maximum ?? value))
  )
    return wrong(`${value} is out of range`);
  if (typeof value === "string") {
    if (value.length < (schema.minLength ?? 0) || value.length > (schema.maxLength ?? value.length))
      return wrong("has the wrong length");
    return schema.format === "date-time" && !WHEN.test(value) ? wrong(`${value} is no time`) : [];
  }
  if (Array.isArray(value)) {
    if (value.length > (schema.maxItems ?? value.length)) return wrong("has too many items");
    return value.flatMap((item, at) =>
      mismatches({ schema: schema.items ?? {}, value: item, find, where: `${where}[${at}]` }),
    );
  }
  if (typeof value !== "object" || value === null) return [];
  const missing = (schema.required ?? []).filter((name) => !Object.hasOwn(value, name));
  return [
    ...missing.flatMap((name) => wrong(`${name} is missing`)),
    ...Object.entries(value).flatMap(([name, inner]) => {
      const known = schema.properties?.[name] ?? schema.additionalProperties;
      if (known === undefined)
        return schema.properties === undefined ? [] : wrong(`${name} is not in the schema`);
      return mismatches({
        schema: known,
        value: inner,
        find,
        where: where === "" ? name : `${where}.${name}`,
      });
    }),
  ];
}

function isOfType(value: unknown, type: string): boolean {
  switch (type) {
    case "integer":
      return Number.isInteger(value);
    case "array":
      return Array.isArray(value);
    case "object":
      return typeof value === "object" && value !== null && !Array.isArray(value);
    default:
      return typeof value === type;
  }
}
