import type { Digest, Problem } from "../model/index.ts";
import type { InvalidEvidence } from "./evidence.ts";

/** The most files that are named one by one. */
const MOST_NAMED = 3;

/**
 * Files that cannot be read refuse a release when somebody named them, or when they are about this image: a failure may have been in
 * them. What else lies in the project's own folder says nothing of the image, whether it can be read or not.
 */
export function judgeInvalid(options: {
  invalid: readonly InvalidEvidence[];
  /** What engines and registries call the image. */
  ids: readonly Digest[];
}): { refusals: Problem[]; warnings: string[] } {
  const { invalid, ids } = options;
  const isAsked = ({ isNamed, digests }: InvalidEvidence) => isNamed || ids.some((id) => digests.has(id));
  const other = invalid.filter((each) => !isAsked(each));
  const more = other.length - MOST_NAMED;
  return {
    refusals: invalid.filter(isAsked).map(({ problem }) => problem),
    warnings: [
      ...other.slice(0, MOST_NAMED).map(({ problem }) => `passed over: ${problem.message}`),
      ...(more > 0 ? [`passed over: ${more} more files of this kind`] : []),
    ],
  };
}
