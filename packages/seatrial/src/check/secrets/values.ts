import { readFile } from "node:fs/promises";
import type { BuildSecret } from "../../model/index.ts";
import { messageOf } from "../../support/error.ts";
import type { WrittenSecret } from "../../support/secret-forms.ts";
import { formsOf, SHORTEST_SECRET } from "./forms.ts";
import { partsOf } from "./parts.ts";

/** A build secret as it can be looked for, or why it cannot. */
export type SearchedSecret =
  | {
      id: string;
      forms: WrittenSecret[];
      /** Parts of it beside those that are looked for. */
      further: number;
    }
  | { id: string; missing: Missing }
  | { id: string; tooShort: string };

/** The value of a secret is not there. */
export interface Missing {
  /** What is there in its place, in a few words. */
  what: string;
  isEmpty: boolean;
}

/** Reads the real bytes of build secrets, as the build got them. */
export async function readSecrets(
  secrets: readonly BuildSecret[],
  env: Record<string, string | undefined>,
): Promise<SearchedSecret[]> {
  return await Promise.all(secrets.map(async (secret) => toSearched(secret, await bytesOf(secret, env))));
}

async function bytesOf(
  { from }: BuildSecret,
  env: Record<string, string | undefined>,
): Promise<Buffer | string> {
  if (from.kind === "env") {
    const value = env[from.variable];
    return value === undefined ? `the variable ${from.variable} is not set` : Buffer.from(value);
  }
  try {
    return await readFile(from.path);
  } catch (error) {
    return `${from.path} cannot be read (${messageOf(error)})`;
  }
}

function toSearched({ id, from }: BuildSecret, value: Buffer | string): SearchedSecret {
  if (typeof value === "string") return { id, missing: { what: value, isEmpty: false } };
  const { parts, further } = partsOf(value);
  if (parts.length > 0) return { id, forms: parts.flatMap(formsOf), further };
  const size = value.toString("latin1").trim().length;
  if (size === 0) {
    const source = from.kind === "env" ? `the variable ${from.variable}` : from.path;
    return { id, missing: { what: `${source} is empty`, isEmpty: true } };
  }
  return {
    id,
    tooShort: `its ${size} bytes would turn up in any image by chance (at least ${SHORTEST_SECRET} can be looked for)`,
  };
}
