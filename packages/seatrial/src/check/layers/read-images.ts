import type { ImageReading } from "../../model/index.ts";
import type { CheckContext } from "../context.ts";
import { checkError } from "../errors.ts";
import type { CheckPlan } from "../plan.ts";
import type { ImageIndex } from "./image-index.ts";

export interface ReadImages {
  release: ImageIndex;
  reading: ImageReading;
}

/** Reads the layers of the release image, and of the test image for comparison: from the cache, else in one export. */
export async function readImages(_options: {
  plan: CheckPlan;
  context: CheckContext;
  signal: AbortSignal;
}): Promise<ReadImages> {
  throw checkError({ code: "LAYERS_UNREADABLE", message: "Layers cannot be read yet." });
}
