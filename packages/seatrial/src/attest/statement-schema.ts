import * as v from "valibot";
import type { Proof } from "../model/index.ts";
import { STATEMENT_TYPE } from "./statement.ts";

const sha256 = v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/));
const count = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
const time = v.pipe(v.string(), v.isoTimestamp());

/** The outline of any in-toto statement v1. */
export const statementSchema = v.object({
  _type: v.literal(STATEMENT_TYPE),
  subject: v.array(v.object({ digest: v.record(v.string(), v.string()) })),
  predicateType: v.string(),
  predicate: v.unknown(),
});

const proofSchema: v.GenericSchema<unknown, Proof> = v.variant("kind", [
  v.object({ kind: v.literal("identical") }),
  v.object({ kind: v.literal("prefix"), extraLayers: count }),
  v.object({ kind: v.literal("black-box"), service: v.string() }),
  v.object({ kind: v.literal("sibling"), sharedLayers: count, releaseLayers: count, testLayers: count }),
]);

/** A test result as Seatrial writes it. */
export const predicateSchema = v.object({
  result: v.string(),
  configuration: v.array(
    v.object({
      name: v.string(),
      digest: v.union([
        v.object({ sha256 }),
        v.object({ gitCommit: v.pipe(v.string(), v.regex(/^[0-9a-f]{40,64}$/)) }),
      ]),
      annotations: v.optional(
        v.object({ image: v.optional(v.string(), ""), digestOf: v.optional(v.string()) }),
        {},
      ),
    }),
  ),
  url: v.optional(v.string()),
  failedTests: v.optional(v.array(v.string()), []),
  warnedTests: v.optional(v.array(v.string()), []),
  seatrial: v.object({
    version: v.literal(1),
    project: v.string(),
    suite: v.string(),
    kind: v.picklist(["suite", "check"]),
    // Statements of the first versions do not say it.
    attested: v.optional(v.array(v.string())),
    proof: proofSchema,
    counts: v.object({ passed: count, failed: count, skipped: count }),
    skippedTests: v.object({ names: v.array(v.string()) }),
    dirty: v.boolean(),
    platform: v.string(),
    standIns: v.array(v.string()),
    runs: v.pipe(
      v.array(
        v.object({
          id: v.string(),
          startedAt: time,
          finishedAt: time,
          engine: v.object({ name: v.string(), version: v.string(), platform: v.string() }),
          shard: v.optional(count),
        }),
      ),
      v.minLength(1),
    ),
    tool: v.object({ name: v.string(), version: v.string() }),
  }),
});

export type Predicate = v.InferOutput<typeof predicateSchema>;
