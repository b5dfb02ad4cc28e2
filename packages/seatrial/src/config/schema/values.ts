import * as v from "valibot";
import { parseDuration } from "../duration.ts";
import { parseReady, READY_EXPECTED } from "../ready.ts";
import { parseSize } from "../size.ts";
import { parsePool } from "../subnet.ts";
import { splitWords } from "../words.ts";
import { mapping } from "./section.ts";

/** What a text stands for, or what was expected in its place. */
type Parsed<T> = { value: T } | { expected: string };

interface ParsedOptions<T> {
  expected: string;
  parse: (text: string) => Parsed<T>;
  /** For editors. A text with a variable in it is always let through by them. */
  pattern?: string;
}

/** A text that is read into something else. */
function parsed<T>({ expected, parse, pattern }: ParsedOptions<T>): v.GenericSchema<string, T> {
  return v.pipe(
    v.string(expected),
    v.metadata(pattern === undefined ? {} : { pattern: `\\$|${pattern}` }),
    v.rawTransform<string, T>(({ dataset, addIssue, NEVER }) => {
      const result = parse(dataset.value);
      if ("value" in result) return result.value;
      addIssue({ message: result.expected });
      return NEVER;
    }),
  );
}

/** A text that is not empty. */
export const text = v.pipe(v.string("text"), v.nonEmpty("text that is not empty"));

/** A text that may become empty when a variable is not set; whoever uses it must look. */
export const maybeText = v.string("text");

/** Text, a number or true/false: all of them text in the end. */
const scalar = v.pipe(
  v.union([v.string(), v.number(), v.boolean()], "text, a number, true or false"),
  v.transform(String),
);

/** true or false; also as text, as variables give it. */
export const flag: v.GenericSchema<boolean | "true" | "false", boolean> = v.pipe(
  v.union([v.boolean(), v.picklist(["true", "false"])], "true or false"),
  v.transform((value) => String(value) === "true"),
);

export interface NumberOptions {
  least: number;
  most: number;
  whole?: boolean;
}

/** A number in a range; also as text, as variables give it. */
export function number({
  least,
  most,
  whole = true,
}: NumberOptions): v.GenericSchema<number | string, number> {
  const expected = `a ${whole ? "whole " : ""}number from ${least} to ${most}`;
  return v.pipe(
    v.union(
      [
        whole ? v.pipe(v.number(), v.integer(expected)) : v.number(),
        v.pipe(v.string(), v.regex(/^[-+.\w]+$|\$/)),
      ],
      expected,
    ),
    v.metadata({ minimum: least, maximum: most }),
    v.rawTransform<number | string, number>(({ dataset, addIssue, NEVER }) => {
      const value = Number(dataset.value);
      if (value >= least && value <= most && (!whole || Number.isInteger(value))) return value;
      addIssue({ message: expected });
      return NEVER;
    }),
  );
}

export const port = number({ least: 1, most: 65_535 });

export const duration = parsed({
  expected: "a duration such as 90s, 10m or 1h30m, up to 576h",
  parse(value) {
    const ms = parseDuration(value);
    return ms === undefined
      ? { expected: "a duration such as 90s, 10m or 1h30m, up to 576h" }
      : { value: ms };
  },
  pattern: "^(\\d+(\\.\\d+)?(ms|s|m|h))+$",
});

/** `thousand` as in `parseSize`. */
export function size(thousand: 1000 | 1024): v.GenericSchema<string | number, number> {
  const expected = `a size such as ${thousand === 1000 ? "50MB" : "512m"} or 1.5GiB`;
  return v.pipe(
    v.union([v.string(), v.number()], expected),
    v.rawTransform<string | number, number>(({ dataset, addIssue, NEVER }) => {
      const bytes = parseSize(String(dataset.value), thousand);
      if (bytes !== undefined) return bytes;
      addIssue({ message: expected });
      return NEVER;
    }),
  );
}

export const ready = parsed({
  expected: READY_EXPECTED,
  parse(value) {
    const result = parseReady(value);
    return "ready" in result ? { value: result.ready } : { expected: result.problem };
  },
});

export const pool = parsed({
  expected: "an IPv4 network such as 10.213.0.0/16",
  parse: (value) =>
    parsePool(value) === undefined
      ? { expected: "an IPv4 network such as 10.213.0.0/16, from /8 to /28" }
      : { value },
});

const HOST = String.raw`^(([\w.-]+|\[[0-9a-fA-F:]+\])(:\d{1,5})?)?$`;
const HOST_EXPECTED = "a registry's host, with its port if it has one, such as registry.example.com:5000";

/** A registry's host as in names of images; empty where a variable is not set. */
export const registryHost = parsed({
  expected: HOST_EXPECTED,
  parse: (value) => (new RegExp(HOST).test(value) ? { value } : { expected: HOST_EXPECTED }),
  pattern: HOST,
});

/** A command: a list, or a text split into words as Compose does. No shell is involved. */
export const command = v.union(
  [
    parsed({
      expected: "a command",
      parse(value) {
        const result = splitWords(value);
        return "words" in result
          ? { value: result.words }
          : { expected: `a command that can be split into words (${result.problem})` };
      },
    }),
    v.pipe(v.array(scalar, "a list of words"), v.minLength(1, "a command of at least one word")),
  ],
  "a command: text, or a list of words",
);

/** A list, or the one thing alone. */
export function oneOrMany<const S extends v.GenericSchema<string | number, unknown>>(item: S, what: string) {
  const single = v.pipe(
    item,
    v.transform((value) => [value]),
  );
  return v.union(
    [single, v.array(item, `a list of ${what}`)],
    `a list of ${what}`,
  ) as unknown as v.GenericSchema<v.InferInput<S> | v.InferInput<S>[], v.InferOutput<S>[]>;
}

/** The name of a variable of an environment. */
export const variableName = v.pipe(v.string("a variable's name"), v.regex(/^[^\s=$]+$/, "a variable's name"));

/** Variables as Compose takes them, a mapping or a list of `NAME=value`. null: the value comes from the environment. */
export const environment = v.union(
  [
    mapping(
      variableName,
      v.nullable(v.union([v.string(), v.number(), v.boolean()], "text, a number, true or false")),
    ),
    v.array(v.pipe(v.string("NAME=value"), v.regex(/^[^\s=]+(=|$)/, "NAME=value")), "a list of NAME=value"),
  ],
  "a mapping of names and values, or a list of NAME=value",
);

export type EnvironmentInput = v.InferOutput<typeof environment>;

/** The name of a Compose service. */
export const serviceName = v.pipe(
  v.string("a service's name"),
  v.regex(/^[a-zA-Z0-9._-]+$/, "a service's name (letters, digits, dots, dashes and underscores)"),
);

/** The name of a stage of the Dockerfile. */
export const stageName = v.pipe(v.string("a stage's name"), v.nonEmpty("a stage's name"));
