import { formatBytes } from "../../model/index.ts";
import type { ProgressLine } from "./progress-stream.ts";

/** Turns the engine's lines about single layers into one note about the whole download. Gives a note only when it changed. */
export function createPullProgress(onNote: (note: string) => void): (line: ProgressLine) => void {
  const layers = new Map<string, { done: boolean; current: number; total: number }>();
  let shown = "";

  return ({ id, status, progressDetail }) => {
    if (id === undefined || status === undefined || !LAYER_STATES.has(status)) return;
    const layer = layers.get(id) ?? { done: false, current: 0, total: 0 };
    layers.set(id, layer);
    layer.done = status === "Pull complete" || status === "Already exists";
    if (status === "Downloading") {
      layer.current = progressDetail?.current ?? layer.current;
      layer.total = progressDetail?.total ?? layer.total;
    } else if (status !== "Pulling fs layer" && status !== "Waiting") {
      layer.current = layer.total;
    }
    const note = noteOf([...layers.values()]);
    if (note !== shown) onNote(note);
    shown = note;
  };
}

const LAYER_STATES = new Set([
  "Pulling fs layer",
  "Waiting",
  "Downloading",
  "Verifying Checksum",
  "Download complete",
  "Extracting",
  "Pull complete",
  "Already exists",
]);

function noteOf(layers: { done: boolean; current: number; total: number }[]): string {
  const sum = (pick: (layer: { current: number; total: number }) => number) =>
    layers.reduce((total, layer) => total + pick(layer), 0);
  const total = sum((layer) => layer.total);
  const bytes = total === 0 ? "" : `, ${formatBytes(sum((layer) => layer.current))} of ${formatBytes(total)}`;
  return `${layers.filter((layer) => layer.done).length} of ${layers.length} layers${bytes}`;
}
