import { readdirSync, readFileSync } from "node:fs";
import type { Schema } from "./json-schema.ts";

const protocol = new URL("../../../../../protocol/", import.meta.url);

/** A file of protocol/, as JSON. */
export function readProtocol<T = unknown>(path: string): T {
  return JSON.parse(readFileSync(new URL(path, protocol), "utf8"));
}

/** The JSON files of a folder of protocol/. Fails when there are none. */
export function protocolFiles(folder: string): string[] {
  const names = readdirSync(new URL(folder, protocol)).filter((name) => name.endsWith(".json"));
  if (names.length === 0) throw new Error(`protocol/${folder} holds nothing to test against`);
  return names.sort();
}

export function readSchema(name: string): Schema {
  return readProtocol<Schema>(`schema/broker/${name.replace(/\.json$/, "")}.json`);
}

/** A whole request with its answer: protocol/golden/broker/exchanges. */
export interface Exchange {
  note: string;
  request: {
    method: string;
    path: string;
    headers: Record<string, string>;
    /** The schema that the body fits. */
    schema?: string;
    body?: unknown;
    bodyText?: string;
  };
  answer: { status: number; schema: string; body: unknown };
}
