import * as v from "valibot";
import { suggestion } from "../../support/nearest.ts";

/** Reports a broken rule about a section, at one of its keys. The message is a whole sentence. */
export type Report = (key: string, message: string) => void;

export interface SectionOptions<Value> {
  /** What must hold between keys; asked only when each key alone is right. */
  rules?: (value: Value, report: Report) => void;
  /** Names that people try, and what they are called here. */
  synonyms?: Record<string, string>;
  /** Further keys that are allowed and not read. */
  ignored?: RegExp;
}

/**
 * A mapping with known keys; each unknown one is an error with the nearest known key. All messages in this folder's schemas
 * are what was expected (`a whole number`), except those of rules, which are sentences.
 */
export function section<const E extends v.ObjectEntries>(
  entries: E,
  options: SectionOptions<v.InferOutput<v.ObjectSchema<E, undefined>>> = {},
) {
  type Plain = v.ObjectSchema<E, undefined>;
  const { rules, synonyms = {}, ignored } = options;
  const known = Object.keys(entries);
  const schema = v.pipe(
    notList(v.looseObject(entries, "a mapping")),
    v.rawCheck(({ dataset, addIssue }) => {
      const value = dataset.value as Record<string, unknown>;
      const report = (key: string, message: string, origin: "key" | "value") =>
        addIssue({ message, path: [{ type: "object", origin, input: value, key, value: value[key] }] });
      if (typeof value !== "object" || value === null) return;
      const unknown = Object.keys(value).filter((key) => !known.includes(key) && !ignored?.test(key));
      for (const key of unknown) report(key, unknownKey(key, known, synonyms), "key");
      if (!dataset.typed || dataset.issues !== undefined) return;
      rules?.(value as v.InferOutput<Plain>, (key, message) => report(key, message, "value"));
    }),
    v.metadata({
      additionalProperties: false,
      ...(ignored === undefined ? {} : { patternProperties: { [ignored.source]: {} } }),
    }),
  );
  // Unknown keys never get through, so the type need not speak of them.
  return schema as unknown as v.GenericSchema<v.InferInput<Plain>, v.InferOutput<Plain>>;
}

/** A mapping of names that the user chooses. */
export function mapping<const K extends v.GenericSchema<string, string>, const V extends v.GenericSchema>(
  key: K,
  value: V,
  expected = "a mapping",
) {
  return notList(v.record(key, value, expected));
}

/** For valibot a list is an object too. */
function notList<const S extends v.GenericSchema>(schema: S): S {
  const run: S["~run"] = (dataset, config) =>
    schema["~run"](Array.isArray(dataset.value) ? { value: undefined } : dataset, config);
  return { ...schema, "~run": run };
}

/** An optional key with its description, and examples, for editors. */
export function field<const S extends v.GenericSchema>(
  schema: S,
  description: string,
  ...examples: unknown[]
): v.OptionalSchema<S, undefined> {
  const about = v.metadata({ description, ...(examples.length === 0 ? {} : { examples }) });
  // Outside of the schema's own pipe: what comes after a transformation is no part of the published schema.
  return v.pipe(v.optional(schema), about) as unknown as v.OptionalSchema<S, undefined>;
}

function unknownKey(key: string, known: string[], synonyms: Record<string, string>): string {
  const meant = Object.hasOwn(synonyms, key) ? synonyms[key] : undefined;
  const near = meant === undefined ? suggestion(key, known) : `; did you mean "${meant}"?`;
  return `unknown key "${key}"${near === "" ? `; expected one of ${known.join(", ")}` : near}`;
}
