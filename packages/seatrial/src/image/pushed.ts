import { readFile } from "node:fs/promises";
import * as v from "valibot";
import type { Digest, PushedImages } from "../model/index.ts";
import { EXIT, messageOf } from "../support/error.ts";
import { imageError } from "./errors.ts";

const digest = v.custom<Digest>((value) => typeof value === "string" && /^sha256:[0-9a-f]{64}$/.test(value));

const pushedImages = v.object({
  version: v.literal(1),
  project: v.string(),
  source: v.object({ commit: v.optional(v.string()), dirty: v.optional(v.boolean()) }),
  release: v.string(),
  taken: v.optional(v.boolean()),
  images: v.array(
    v.object({
      target: v.string(),
      reference: v.pipe(v.string(), v.regex(/^[^@\s]+@sha256:[0-9a-f]{64}$/)),
      digest,
      mediaType: v.string(),
      size: v.number(),
      imageId: digest,
      layers: v.array(digest),
      platform: v.string(),
    }),
  ),
});

/** Reads the `images.json` that `build --push` wrote, perhaps on another machine. Fails with IMAGES_FILE_INVALID. */
export async function readPushedImages(file: string): Promise<PushedImages> {
  let problem: string;
  try {
    const result = v.safeParse(pushedImages, JSON.parse(await readFile(file, "utf8")));
    if (result.success) return result.output;
    problem = result.issues.map((issue) => `${v.getDotPath(issue) ?? "it"}: ${issue.message}`).join("; ");
  } catch (error) {
    problem = messageOf(error);
  }
  throw imageError({
    code: "IMAGES_FILE_INVALID",
    message: `${file} is not a list of pushed images: ${problem}`,
    hint: "`seatrial build --push` writes it to .seatrial/images.json.",
    exitCode: EXIT.usage,
  });
}
