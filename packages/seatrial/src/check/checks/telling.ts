import type { CheckCase } from "../check.ts";
import { type Fate, fatesOf } from "../layers/fate.ts";
import type { ImageIndex, ImageLayer } from "../layers/image-index.ts";

/** Something that should not be there, and where it is. */
export interface Find {
  layer: ImageLayer;
  /** `""`: in no file. */
  path: string;
  /** What it is, when the path does not say so. */
  label?: string | undefined;
}

const MOST_TOLD = 3;
const MOST_LISTED = 100;

/** A failing case: the first finds with their layers, what to do, and all of them as output. */
export function failedBy(
  index: ImageIndex,
  options: { name: string; finds: readonly Find[]; advice: string },
): CheckCase {
  const { name, advice } = options;
  const finds = options.finds.slice(0, MOST_LISTED);
  const fateOf = fatesOf(index.layers, finds);
  const fates = finds.map(fateOf);
  const lines = finds.map((find, at) => describe(index, { ...find, fate: fates[at] ?? { kind: "there" } }));
  const further = options.finds.length - MOST_TOLD;
  const more = further > 0 ? [`… and ${further} more`] : [];
  const allGone = fates.every(({ kind }) => kind === "deleted");
  const remark = allGone ? "Deleted files stay in the layer below, for everyone who pulls the image. " : "";
  return {
    name,
    status: "failed",
    message: [...lines.slice(0, MOST_TOLD), ...more, `${remark}${advice}`].join("\n"),
    output: lines.length > MOST_TOLD ? lines.join("\n") : undefined,
  };
}

function describe(index: ImageIndex, find: Find & { fate: Fate }): string {
  const { path, label, layer, fate } = find;
  const what = [path, label === undefined ? "" : path === "" ? label : `(${label})`].filter(
    (part) => part !== "",
  );
  const gone = fate.kind === "there" ? "" : `, ${fate.kind} by ${layerName(index, fate.by)}`;
  return `${what.join(" ")} in ${layerName(index, layer)}${gone}`;
}

/** ``layer 3 of 7 (`RUN pip install .`)``, and whose it is when it is not the project's. */
export function layerName(index: ImageIndex, layer: ImageLayer): string {
  const line = layer.history === "" ? "" : ` (${layer.own ? "" : "base image: "}\`${layer.history}\`)`;
  return `layer ${layer.number} of ${index.layers.length}${line || (layer.own ? "" : " (base image)")}`;
}
