import { randomBytes } from "node:crypto";
import { readdir, readFile, stat } from "node:fs/promises";
import path from "node:path";
import { isToolError, messageOf } from "../../support/error.ts";
import { spaceError } from "../errors.ts";
import type { MakerOptions } from "../maker.ts";
import { s3Env, s3Values } from "./address.ts";
import { must, type S3Client } from "./client.ts";
import { copyObjects, type Source, sourceOf } from "./copying.ts";
import type { Place } from "./listing.ts";
import type { Places } from "./places.ts";
import { writeObjects } from "./writing.ts";

/** The template's name and what is in it. */
export interface Template extends Source {
  name: string;
}

/**
 * Makes the place that every space is copied from: objects only, settings of its bucket are not part of it. Undefined: spaces begin
 * empty. Fails with TEMPLATE_FAILED.
 */
export async function buildTemplate(
  options: MakerOptions,
  parts: { client: S3Client; places: Places },
): Promise<Template | undefined> {
  const { plan, server, signal } = options;
  const { client, places } = parts;
  const { from, steps } = plan.template;
  if (from === undefined && steps.length === 0) return undefined;
  options.onNote(`${plan.name}: building its template`);
  const name = `${options.prefix}${randomBytes(4).toString("hex")}`;
  try {
    const place = await places.make(name, signal);
    if (from !== undefined) await copyBucket(from, place);
    for (const step of steps) {
      const values = s3Values(places.space(name, server.port), { host: server.service, port: server.port });
      if (step.kind === "files") await putFiles({ client, paths: step.files, place, signal });
      else await options.runStep({ step, values, env: s3Env(values) }, signal);
    }
    return { name, ...(await sourceOf(client, place, signal)) };
  } catch (error) {
    await places.drop(name, signal).catch(() => undefined);
    if (!isToolError(error, "SPACE_NOT_MADE")) throw error;
    throw spaceError({ code: "TEMPLATE_FAILED", message: error.message, hint: error.hint, cause: error });
  }

  async function copyBucket(text: string, to: Place): Promise<void> {
    const [bucket = "", ...rest] = text.split("/");
    const prefix = rest.join("/");
    // An empty list is that of a missing bucket too.
    await must(client, { method: "GET", bucket, query: { "list-type": "2", "max-keys": "1" } }, signal);
    await copyObjects(client, { source: await sourceOf(client, { bucket, prefix }, signal), to }, signal);
  }
}

/** Puts files as objects: those below a folder under their path in it, others under their path below the deepest folder of all of them. */
async function putFiles(options: {
  client: S3Client;
  paths: string[];
  place: Place;
  signal: AbortSignal;
}): Promise<void> {
  const { client, paths, place, signal } = options;
  const files = await filesOf(paths).catch((cause: unknown) => {
    throw spaceError({ code: "TEMPLATE_FAILED", message: messageOf(cause), cause });
  });
  await writeObjects(files, async ({ file, key }) => {
    const body = await readFile(file, { signal });
    await must(client, { method: "PUT", bucket: place.bucket, key: place.prefix + key, body }, signal);
  });
}

async function filesOf(paths: readonly string[]): Promise<{ file: string; key: string }[]> {
  const single: string[] = [];
  const found: { file: string; root: string }[] = [];
  for (const each of paths) {
    if (!(await stat(each)).isDirectory()) {
      single.push(each);
      continue;
    }
    const entries = await readdir(each, { recursive: true, withFileTypes: true });
    const files = entries.filter((entry) => entry.isFile());
    found.push(...files.map(({ parentPath, name }) => ({ file: path.join(parentPath, name), root: each })));
  }
  const root = deepestFolder(single);
  found.push(...single.map((file) => ({ file, root })));
  return found.map((each) => ({
    file: each.file,
    key: path.relative(each.root, each.file).split(path.sep).join("/"),
  }));
}

function deepestFolder(files: readonly string[]): string {
  const [first = [], ...rest] = files.map((file) => path.dirname(file).split(path.sep));
  const different = first.findIndex((part, at) => rest.some((folder) => folder[at] !== part));
  return first.slice(0, different === -1 ? undefined : different).join(path.sep) || path.sep;
}
