import type { Problem } from "../../model/index.ts";
import { inParallel } from "../remote/in-parallel.ts";
import { exportedLanguages, hasOwnExport, profilesOf } from "../units/unit-exports.ts";
import type { VerifiedUnit } from "../units/verify-unit.ts";
import { checkImageCommit } from "./check-image-commit.ts";
import { exportUnit } from "./export-unit.ts";
import { type ImageExports, imageFor, unusedImage } from "./tool-image.ts";

/** Each has a tool of its own to run, in one container. */
const AT_ONCE = 4;

/**
 * Lets tools in containers of images read what units have of Python, LLVM and Java, and keeps it beside the units, so that later reports
 * need no image. What a unit brought itself stays as it is, and what cannot be exported is a problem of the unit; where an image says that
 * it is of another commit, that is told. Fails where an image is not to be had or does not start.
 */
export async function exportByImages(options: {
  units: readonly VerifiedUnit[];
  /** Default: none; units stay as they are. */
  images: ImageExports | undefined;
  signal: AbortSignal;
}): Promise<{ units: VerifiedUnit[]; problems: Problem[] }> {
  const { images, signal } = options;
  if (images === undefined) return { units: [...options.units], problems: [] };
  const wanted = options.units.flatMap((unit) => {
    const image = imageFor(unit, images.images);
    return image !== undefined && isWanting(unit) ? [{ unit, image }] : [];
  });
  const exported = new Map<VerifiedUnit, VerifiedUnit>();
  const problems = new Map<string, Problem>();
  await inParallel(wanted, AT_ONCE, async ({ unit, image }) => {
    const container = await images.tools(image.image, signal);
    for (const problem of checkImageCommit({ unit, container, image }))
      problems.set(problem.message, problem);
    exported.set(unit, await exportUnit({ unit, container, reference: image.image, images, signal }));
  });
  const used = new Set(wanted.map(({ image }) => image));
  const unused = images.images.filter((image) => !used.has(image)).map(unusedImage);
  return {
    units: options.units.map((unit) => exported.get(unit) ?? unit),
    problems: [...problems.values(), ...unused],
  };
}

function isWanting(unit: VerifiedUnit): boolean {
  return exportedLanguages().some(
    (language) => !hasOwnExport(unit, language) && profilesOf(unit, language).length > 0,
  );
}
