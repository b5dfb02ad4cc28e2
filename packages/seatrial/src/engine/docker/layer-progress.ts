import { formatBytes } from "../../model/index.ts";
import type { ProgressLine } from "./progress-stream.ts";

/** What the engine says of a layer on its way. */
interface LayerWords {
  moving: string;
  /** Ends of the way; some go on: `Mounted from library/debian`. */
  done: RegExp;
  before: string[];
  /** The bytes have moved, and something is still to do. */
  after: string[];
}

export const PULL_WORDS: LayerWords = {
  moving: "Downloading",
  done: /^(Pull complete|Already exists)$/,
  before: ["Pulling fs layer", "Waiting"],
  after: ["Verifying Checksum", "Download complete", "Extracting"],
};

export const PUSH_WORDS: LayerWords = {
  moving: "Pushing",
  done: /^(Pushed|Layer already exists|Mounted from .*)$/,
  before: ["Preparing", "Waiting"],
  after: [],
};

/** Turns the engine's lines about single layers into one note about the whole. Gives a note only when it changed. */
export function createLayerProgress(
  words: LayerWords,
  onNote: (note: string) => void,
): (line: ProgressLine) => void {
  const layers = new Map<string, { done: boolean; current: number; total: number }>();
  let shown = "";

  return ({ id, status, progressDetail }) => {
    if (id === undefined || status === undefined) return;
    const isDone = words.done.test(status);
    if (!isDone && ![words.moving, ...words.before, ...words.after].includes(status)) return;
    const layer = layers.get(id) ?? { done: false, current: 0, total: 0 };
    layers.set(id, layer);
    layer.done = isDone;
    if (status === words.moving) {
      layer.total = Math.max(layer.total, progressDetail?.total ?? 0);
      // What an upload adds around the content is not in its total.
      layer.current = Math.min(progressDetail?.current ?? layer.current, layer.total);
    } else if (!words.before.includes(status)) {
      layer.current = layer.total;
    }
    const note = noteOf([...layers.values()]);
    if (note !== shown) onNote(note);
    shown = note;
  };
}

function noteOf(layers: { done: boolean; current: number; total: number }[]): string {
  const sum = (pick: (layer: { current: number; total: number }) => number) =>
    layers.reduce((total, layer) => total + pick(layer), 0);
  const total = sum((layer) => layer.total);
  const bytes = total === 0 ? "" : `, ${formatBytes(sum((layer) => layer.current))} of ${formatBytes(total)}`;
  return `${layers.filter((layer) => layer.done).length} of ${layers.length} layers${bytes}`;
}
