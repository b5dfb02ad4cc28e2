import type { Duration, SpaceSummary } from "../../model/index.ts";
import type { LeasedSpace, SpaceResult } from "../broker.ts";
import type { MadeSpace } from "../maker.ts";
import { readFields, required } from "./fields.ts";

/** The messages of protocol/broker.md that are not the model's own. */
export interface SpaceRequestMessage {
  space: string;
  test: string;
  session?: string | undefined;
  attempt?: number | undefined;
  ttl?: Duration | undefined;
  wait?: Duration | undefined;
  key?: string | undefined;
  with?: string[] | undefined;
  holder?: { run: string; suite: string } | undefined;
}

export interface SpaceMessage
  extends Pick<LeasedSpace, "id" | "space" | "service" | "kind" | "leasedAt" | "until"> {
  name: string;
  url: string;
  values: Record<string, string>;
  env: Record<string, string>;
  files: { name: string; path: string; text: string }[];
  made?: MadeSpace | undefined;
}

export interface SpaceListMessage {
  spaces: SpaceSummary[];
}

/** What setTimeout can count to. */
const LONGEST_MS = 2_147_483_647;
const LONGEST_KEY = 256;
const MOST_WITH = 64;
const MOST_ATTEMPTS = 1_000_000;

export function readSpaceRequest(value: unknown): SpaceRequestMessage {
  const fields = readFields(value);
  const holder = fields.object("holder");
  return {
    space: required(fields.text("space", { shortest: 1 }), "space"),
    test: storable(required(fields.text("test"), "test")),
    session: fields.text("session", { shortest: 1 }),
    attempt: fields.integer("attempt", { from: 1, to: MOST_ATTEMPTS }),
    ttl: fields.integer("ttl", { from: 1, to: LONGEST_MS }),
    wait: fields.integer("wait", { from: 0, to: LONGEST_MS }),
    key: fields.text("key", { shortest: 1, longest: LONGEST_KEY }),
    with: fields.texts("with", { most: MOST_WITH }),
    holder: holder && {
      run: storable(required(holder.text("run"), "holder.run")),
      suite: storable(required(holder.text("suite"), "holder.suite")),
    },
  };
}

export function readRelease(value: unknown): SpaceResult {
  const fields = readFields(value);
  const message = fields.text("message");
  return {
    outcome: required(fields.word("outcome", ["passed", "failed", "skipped", "unknown"]), "outcome"),
    message: message === undefined ? undefined : storable(message),
  };
}

export function readRenew(value: unknown): Duration | undefined {
  return readFields(value ?? {}).integer("ttl", { from: 1, to: LONGEST_MS });
}

export function readKeep(value: unknown): Duration | undefined {
  return readFields(value ?? {}).integer("time", { from: 1, to: LONGEST_MS });
}

/** Any text is a fine name for a test; what no server can store as text is replaced: NUL, and halves of characters. */
function storable(text: string): string {
  return Buffer.from(text.replaceAll("\0", "\ufffd"), "utf8").toString("utf8");
}
