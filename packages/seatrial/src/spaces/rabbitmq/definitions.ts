import { messageOf } from "../../support/error.ts";
import { spaceError } from "../errors.ts";

/** What a vhost consists of, as RabbitMQ exports it. Messages are no part of it. */
const PARTS = ["queues", "exchanges", "bindings", "policies", "parameters"] as const;
export type Definition = Record<string, unknown>;
export type Definitions = Record<(typeof PARTS)[number], Definition[]>;

/** The definitions of one vhost in an export, be it the vhost's or the whole server's. Everything else, such as users, is left out. */
export function definitionsIn(exported: unknown): Definitions {
  const whole = (exported ?? {}) as Record<string, Definition[] | undefined>;
  const part = (name: (typeof PARTS)[number]) => (whole[name] ?? []).map(withoutVhost);
  return {
    queues: part("queues"),
    exchanges: part("exchanges"),
    bindings: part("bindings"),
    policies: part("policies"),
    parameters: part("parameters"),
  };
}

/** Reads a definitions file. Fails with TEMPLATE_FAILED when it is none, or is of several vhosts. */
export function parseDefinitions(file: string, text: string): Definitions {
  let whole: unknown;
  try {
    whole = JSON.parse(text);
  } catch (cause) {
    throw invalid(file, `is not JSON: ${messageOf(cause)}`, cause);
  }
  if (!isObject(whole)) throw invalid(file, "holds no JSON object");
  const present = PARTS.filter((part) => whole[part] !== undefined);
  if (present.length === 0) throw invalid(file, `has none of ${PARTS.join(", ")}`);
  const wrong = present.find((part) => !isListOfObjects(whole[part]));
  if (wrong !== undefined) throw invalid(file, `has ${wrong} that are no list of objects`);
  const vhosts = vhostsOf(whole as Partial<Definitions>);
  if (vhosts.length > 1) {
    throw invalid(file, `is of ${vhosts.length} vhosts (${vhosts.join(", ")}): export the one that is meant`);
  }
  return definitionsIn(whole);
}

/** The same text for definitions that differ in order alone. */
export function fingerprintOf(definitions: Definitions): string {
  return JSON.stringify(PARTS.map((part) => definitions[part].map(sortedText).sort()));
}

/** True when there is nothing in them. */
export function isEmpty(definitions: Definitions): boolean {
  return PARTS.every((part) => definitions[part].length === 0);
}

function withoutVhost({ vhost: _, ...rest }: Definition): Definition {
  return rest;
}

function vhostsOf(whole: Partial<Definitions>): string[] {
  const all = PARTS.flatMap((part) => whole[part] ?? []).flatMap(({ vhost }) => vhost ?? []);
  return [...new Set(all.map(String))];
}

function sortedText(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) =>
    isObject(inner) ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1))) : inner,
  );
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isListOfObjects(value: unknown): boolean {
  return Array.isArray(value) && value.every(isObject);
}

function invalid(file: string, why: string, cause?: unknown) {
  return spaceError({
    code: "TEMPLATE_FAILED",
    message: `${file} ${why}`,
    hint: "a template of RabbitMQ is a definitions file, as `rabbitmqctl export_definitions` and GET /api/definitions/<vhost> give it",
    cause,
  });
}
