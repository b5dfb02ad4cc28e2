import { formatBytes } from "../../model/index.ts";
import type { CheckCase, StaticCheck, StaticSubject } from "../check.ts";
import { layerName } from "./telling.ts";

/** How large the image may be. */
export const maxSize: StaticCheck = {
  name: "max-size",
  kind: "static",
  explain:
    "Adds up the files of all layers, uncompressed, those that later layers overwrite or delete included.",
  asked: ({ maxSizeBytes }) =>
    maxSizeBytes === undefined ? undefined : `at most ${formatBytes(maxSizeBytes)}`,
  run: (subject) => [judge(subject)],
};

const MOST_TOLD = 3;

function judge({ plan, index }: StaticSubject): CheckCase {
  const allowed = plan.maxSizeBytes ?? Number.POSITIVE_INFINITY;
  const name = `at most ${formatBytes(allowed)}`;
  const size = index.layers.reduce((sum, layer) => sum + layer.size, 0);
  if (size <= allowed) return { name, status: "passed" };
  const largest = [...index.layers].sort((a, b) => b.size - a.size).slice(0, MOST_TOLD);
  return {
    name,
    status: "failed",
    message: [
      `The image has ${formatBytes(size)}, ${formatBytes(size - allowed)} more than allowed. Its largest layers:`,
      ...largest.map((layer) => `${formatBytes(layer.size)} in ${layerName(index, layer)}`),
    ].join("\n"),
  };
}
