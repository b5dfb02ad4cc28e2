import type { MakerOptions, SpaceMaker, SpaceServer } from "../../maker.ts";
import { startDockerServer } from "../../testing/docker-server.ts";
import { spacePlan } from "../../testing/plan.ts";
import { createS3Client, must, type S3Client } from "../client.ts";
import { s3Kind } from "../index.ts";
import { s3ServiceOf } from "../servers.ts";

/** Servers of which the rig has stand-ins: one that knows objects alone, and one with versions, locks and tags. */
export const SERVERS = {
  rclone: {
    image: "rclone/rclone:1",
    command: ["serve", "s3", "--addr", ":8080", "--auth-key", "st-key,st-secret/with+signs", "/data"],
  },
  moto: { image: "motoserver/moto:5", command: [] },
} as const;

export interface S3Subject extends AsyncDisposable {
  server: SpaceServer;
  client: S3Client;
  open(changes?: MakerChanges): Promise<SpaceMaker>;
}

export type MakerChanges = Partial<Omit<MakerOptions, "plan">> & { plan?: Partial<MakerOptions["plan"]> };

const signal = new AbortController().signal;

/** Starts one of the servers. */
export async function startS3(name: keyof typeof SERVERS): Promise<S3Subject> {
  const { image, command } = SERVERS[name];
  const found = s3ServiceOf({ image, words: command, env: {} });
  if (found?.keys === undefined) throw new Error(`${image} is not known`);
  const real = await startDockerServer({
    owner: "rabbit-s3",
    image,
    port: found.port,
    command: [...command],
    admin: found.keys,
  });
  const { server } = real;
  const client = createS3Client({ server, keys: found.keys, region: "us-east-1" });
  return {
    server,
    client,
    open: (changes) => s3Kind.open(makerOptions(server, changes)),
    async [Symbol.asyncDispose]() {
      client[Symbol.dispose]();
      await real[Symbol.asyncDispose]();
    },
  };
}

/** Options for a maker of buckets. */
export function makerOptions(server: SpaceServer, changes: MakerChanges = {}): MakerOptions {
  return {
    server,
    prefix: "st_0badcafe_t9_",
    runStep: async () => {
      throw new Error("no step of somebody else's was planned");
    },
    onNote: () => undefined,
    signal,
    ...changes,
    plan: spacePlan({ service: server.service, kind: "s3", isolation: "bucket", ...changes.plan }),
  };
}

/** Puts an object. */
export async function put(
  client: S3Client,
  to: { bucket: string; key: string },
  body: string,
): Promise<void> {
  await must(client, { method: "PUT", ...to, body, headers: { "content-type": "text/plain" } }, signal);
}

/** An object's content; undefined: there is none. */
export async function get(
  client: S3Client,
  from: { bucket: string; key: string },
): Promise<string | undefined> {
  const answer = await client.send({ method: "GET", ...from }, signal);
  return answer.refusal === undefined ? answer.body.toString() : undefined;
}
