import path from "node:path";
import { closest, distance } from "fastest-levenshtein";
import type { SuiteSpec } from "../model/index.ts";
import { EXIT, type ToolError } from "../support/error.ts";
import { suiteError } from "./errors.ts";
import type { Shard } from "./runners/runner.ts";

/** One shard of a suite, and where its files go below the run's folder. */
export interface ShardPlan extends Shard {
  /** `unit`, or `unit-2` when there are several. */
  name: string;
  /** `results/unit`, or `results/unit/shard-2`. */
  results: string;
}

/** The shards of a suite that run here, counted from 1. */
export function planShards(spec: SuiteSpec): ShardPlan[] {
  const count = Math.max(1, Math.floor(spec.shards));
  const indexes = spec.shard === undefined ? Array.from({ length: count }, (_, at) => at + 1) : [spec.shard];
  return indexes.map((index) => {
    const shard = { index, count };
    const parts = count === 1 ? [] : [`shard-${shard.index}`];
    return {
      ...shard,
      name: shardName(spec.name, shard),
      results: path.posix.join(suiteResults(spec), ...parts),
    };
  });
}

/** Where a suite's files go below the run's folder. */
export function suiteResults(spec: Pick<SuiteSpec, "name">): string {
  const name = spec.name.replace(/[^a-zA-Z0-9_.-]/g, "-").replace(/^\.+/, "-");
  return path.posix.join("results", name);
}

/** A shard's name for people and containers. */
export function shardName(suite: string, shard: Shard): string {
  return shard.count === 1 ? suite : `${suite}-${shard.index}`;
}

/** The suites of these names, in the project's order; all of them without names. Fails with SUITE_UNKNOWN. */
export function selectSuites<T extends { name: string }>(specs: readonly T[], names: readonly string[]): T[] {
  const known = specs.map((spec) => spec.name);
  for (const name of names)
    if (!known.includes(name))
      throw usageError(
        "SUITE_UNKNOWN",
        `There is no suite named ${JSON.stringify(name)}`,
        suggestion(name, known, "suites"),
      );
  return names.length === 0 ? [...specs] : specs.filter((spec) => names.includes(spec.name));
}

/** Fails with SUITE_NEED_UNKNOWN or SUITE_INVALID when a suite cannot work in this project. */
export function checkSuite(spec: SuiteSpec, services: readonly string[]): void {
  const known = spec.app === undefined ? services : [...services, spec.app.name];
  for (const need of spec.needs)
    if (!known.includes(need))
      throw usageError(
        "SUITE_NEED_UNKNOWN",
        `Suite ${spec.name} needs ${JSON.stringify(need)}, which is no service of this project`,
        suggestion(need, known, "services"),
      );
  const invalid = whatIsMissing(spec);
  if (invalid !== undefined)
    throw usageError("SUITE_INVALID", `Suite ${spec.name} ${invalid.what}`, invalid.hint);
}

function whatIsMissing(spec: SuiteSpec): { what: string; hint: string } | undefined {
  if (spec.runner === "go" && spec.binaries === undefined)
    return { what: "does not say where its test binaries are", hint: "Add `binaries: /path/in/the/image`." };
  if (spec.command?.length === 0)
    return {
      what: "has an empty command",
      hint: "Add `command:`, or leave it out to run what the image runs.",
    };
  if (!Number.isFinite(spec.timeout) || spec.timeout <= 0)
    return {
      what: `has a timeout of ${spec.timeout} ms`,
      hint: "Give it one above zero, such as `timeout: 10m`.",
    };
  return undefined;
}

function usageError(
  code: Parameters<typeof suiteError>[0]["code"],
  message: string,
  hint: string,
): ToolError {
  return suiteError({ code, message, hint, exitCode: EXIT.usage });
}

function suggestion(name: string, known: readonly string[], noun: string): string {
  if (known.length === 0) return `This project has no ${noun}.`;
  const near = closest(name, known);
  const all = `Its ${noun}: ${[...known].sort().join(", ")}.`;
  return distance(name, near) <= Math.max(2, Math.floor(name.length / 3))
    ? `Did you mean ${near}? ${all}`
    : all;
}
