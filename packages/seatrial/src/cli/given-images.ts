import path from "node:path";
import { type GivenImage, parseGivenImage, readPushedImages } from "../image/index.ts";
import { cliError } from "./errors.ts";
import type { GivenFlags } from "./flags.ts";

type Given = Omit<GivenImage, "target"> & { target: string | undefined };

/** The images that `--image` and `--images` name. A file's path is relative to the current folder. */
export async function givenImages(
  flags: GivenFlags & { checks?: "beside" | "only" | undefined },
  cwd: string,
): Promise<Given[]> {
  // What is only looked at may be named in any way; what is tested must be known by its digest.
  const named = (flags.image ?? []).map(flags.checks === "only" ? anyImage : parseGivenImage);
  if (flags.images === undefined) return named;
  const pushed = await readPushedImages(path.resolve(cwd, flags.images));
  return [...named, ...pushed.images.filter((image) => !named.some(({ target }) => target === image.target))];
}

function anyImage(text: string): Given {
  const { target, reference = text } = /^(?<target>[^=]+)=(?<reference>.+)$/.exec(text)?.groups ?? {};
  return { target, reference };
}

/** `2/4`: the second of four. Fails with SHARD_INVALID. */
export function parseShard(text: string): { index: number; count: number } {
  const [, index = 0, count = 0] = (/^(\d{1,3})\/(\d{1,3})$/.exec(text) ?? []).map(Number);
  if (index >= 1 && index <= count) return { index, count };
  throw cliError({
    code: "SHARD_INVALID",
    message: `--shard ${text} is not one of so many shards.`,
    hint: "Write it as 2/4: the second of four.",
  });
}
