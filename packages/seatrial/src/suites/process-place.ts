import type { ProcessSpec } from "../agent/index.ts";
import type { ImageConfig, SuiteSpec } from "../model/index.ts";

/** Where and as whom a suite's processes run: the suite's settings over the image's. Without a user they run as root. */
export function processPlace(
  spec: SuiteSpec,
  image: ImageConfig,
): Pick<ProcessSpec, "user" | "groupAdd"> & { workingDir: string } {
  return {
    workingDir: spec.workingDir ?? (image.workingDir || "/"),
    user: (spec.user ?? image.user) || undefined,
    groupAdd: spec.security?.groupAdd,
  };
}
