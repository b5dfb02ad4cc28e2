import type { Problem } from "../../model/index.ts";
import type { ToolAgents } from "../collect/tool-agents.ts";
import { coverageProblem } from "../errors.ts";
import type { JavaTools, LlvmTools } from "../plan.ts";
import { sourceOf } from "../units/source-of.ts";
import type { VerifiedUnit } from "../units/verify-unit.ts";

/** An image, and whose profiles its tools read. */
export interface ToolImage {
  /** A source, or a service of units. Absent: all that no other image is named for. */
  source?: string | undefined;
  /** As the user names it. */
  image: string;
}

/** Which images have the tools for profiles that were collected where nobody could export them. */
export interface ImageExports {
  images: readonly ToolImage[];
  tools: ToolAgents;
  /** Where programs and classes are, as the project says it. */
  llvm?: Pick<LlvmTools, "binaries"> | undefined;
  java?: Omit<JavaTools, "target"> | undefined;
}

/** The image that is named for a unit; the more exact name counts. */
export function imageFor(
  { manifest }: Pick<VerifiedUnit, "manifest">,
  images: readonly ToolImage[],
): ToolImage | undefined {
  const named = (name: string | undefined) => images.find(({ source }) => source === name);
  return named(manifest.service) ?? named(sourceOf(manifest)) ?? named(undefined);
}

/** Most likely a slip of the pen. */
export function unusedImage({ source, image }: ToolImage): Problem {
  const whose = source === undefined ? "" : ` of ${source}`;
  return coverageProblem({
    code: "COVERAGE_IMAGE_UNUSED",
    message: `The image ${image} was not asked: there is no unit${whose} with profiles of Python, LLVM or Java that it could read.`,
    hint: "Units of a run have their exports; Go and Node need none. An image counts for a source or a service: --image api=…",
  });
}
