import { spaceError } from "../errors.ts";
import type { MakerOptions, SpaceMaker, SpaceServer } from "../maker.ts";
import { createS3Client, isOpenToAll, must, type S3Client } from "./client.ts";
import { copyObjects } from "./copying.ts";
import { labelBucket } from "./label.ts";
import { listVersions } from "./listing.ts";
import { bucketPlaces, type Places, prefixPlaces } from "./places.ts";
import { S3_KEY_VARIABLES, type S3Keys, s3KeysIn, s3RegionIn } from "./servers.ts";
import { buildTemplate } from "./template.ts";

/** Makes buckets, or folders in one bucket, for one definition. */
export async function openS3Maker(options: MakerOptions): Promise<SpaceMaker> {
  const { plan, server, signal } = options;
  const keys = await keysOf(server, signal);
  const client = createS3Client({ server, keys, region: s3RegionIn(server.env) });
  try {
    await must(client, { method: "GET" }, signal);
    const places = await placesOf(client, options);
    const template = await buildTemplate(options, { client, places });
    const isBucket = plan.isolation === "bucket";

    return {
      async make(name, signal) {
        const to = await places.make(name, signal);
        if (template !== undefined) await copyObjects(client, { source: template, to }, signal);
        return places.space(name, server.port);
      },
      // S3 has no sessions that could be ended: what a test left running would write into the next test's space. Under a new name it
      // finds nothing, and a new space costs no more than looking at every object of a used one.
      async reset(_space, signal) {
        signal.throwIfAborted();
        return false;
      },
      drop: (name, signal) => places.drop(name, signal),
      list: (prefix, signal) => places.list(prefix, signal),
      async label(name, text, signal) {
        signal.throwIfAborted();
        if (isBucket) await labelBucket(client, { bucket: places.of(name).bucket, text }, signal);
      },
      async size({ name }, signal) {
        let bytes = 0;
        for await (const page of listVersions(client, places.of(name), signal)) {
          for (const { size } of page) bytes += size;
        }
        return bytes;
      },
      async [Symbol.asyncDispose]() {
        try {
          if (template !== undefined) await places.drop(template.name, new AbortController().signal);
          await places.close();
        } finally {
          client[Symbol.dispose]();
        }
      },
    };
  } catch (error) {
    client[Symbol.dispose]();
    throw error;
  }
}

function placesOf(client: S3Client, { plan, server, signal }: MakerOptions): Places | Promise<Places> {
  if (plan.isolation === "bucket") return bucketPlaces(client);
  return prefixPlaces(client, { bucket: server.admin.database, signal });
}

/** The administrator's keys; any, where everybody is let in. */
async function keysOf(server: SpaceServer, signal: AbortSignal): Promise<S3Keys> {
  const { user, password } = server.admin;
  if (user !== undefined && password !== undefined) return { user, password };
  const found = s3KeysIn(server.env);
  if (found !== undefined) return found;
  if (await isOpenToAll(server, signal)) return { user: "test", password: "test" };
  throw spaceError({
    code: "SPACE_NOT_MADE",
    message: `${server.service}: the settings of the service do not tell the keys of its S3 server`,
    hint: `set them in the service's environment: ${S3_KEY_VARIABLES}`,
  });
}
