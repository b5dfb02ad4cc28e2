import type { SpaceIsolation, TemplatePlan } from "../../model/index.ts";
import type { MadeSpace, SpaceMaker } from "../maker.ts";
import { natsKind } from "../nats/index.ts";
import type { KindSubject } from "./contract.ts";
import { type DockerServer, startDockerServer } from "./docker-server.ts";
import { type NatsClient, natsClient } from "./nats-client.ts";
import { spacePlan } from "./plan.ts";

/** A NATS server in a container, and makers in it. */
export interface NatsWorld extends AsyncDisposable {
  readonly docker: DockerServer;
  readonly notes: string[];
  readonly lost: [string, string][];
  open(options: Partial<NatsMakerOptions>): Promise<SpaceMaker>;
  client(space: MadeSpace, change?: { user?: string; password?: string }): Promise<NatsClient>;
  subject(isolation: SpaceIsolation): KindSubject;
}

export interface NatsMakerOptions {
  isolation: SpaceIsolation;
  template: TemplatePlan;
  prefix: string;
  signal: AbortSignal;
}

export async function startNatsWorld(
  command: string[] = ["-js"],
  files: Record<string, string> = {},
): Promise<NatsWorld> {
  const docker = await startDockerServer({
    owner: "redis-nats",
    image: "nats:2",
    port: 4222,
    command,
    files,
  });
  const notes: string[] = [];
  const lost: [string, string][] = [];
  const client: NatsWorld["client"] = (space, change) => natsClient(docker.server, space, change);

  async function open(given: Partial<NatsMakerOptions>): Promise<SpaceMaker> {
    return await natsKind.open({
      plan: spacePlan({
        ...{ name: "bus", service: "bus", kind: "nats", limit: 64 },
        isolation: given.isolation ?? "process",
        template: given.template ?? { steps: [] },
      }),
      server: docker.server,
      prefix: given.prefix ?? "st_00000000_t0_",
      runStep: async () => undefined,
      onNote: (note) => void notes.push(note),
      onWarning: (warning) => void notes.push(warning),
      onLost: (...about) => void lost.push(about),
      signal: given.signal ?? new AbortController().signal,
    });
  }

  return {
    docker,
    notes,
    lost,
    open,
    client,
    subject: (isolation) => ({
      driver: natsKind,
      outlives: false,
      openMaker: (prefix, signal) => open({ isolation, prefix, signal }),
      connect: (space) => client(space),
      async fingerprint(space) {
        await using nats = await client(space);
        return await nats.request("$JS.API.STREAM.NAMES");
      },
      async dirty(space) {
        await using nats = await client(space);
        await createStream(nats, "orders");
      },
      async [Symbol.asyncDispose]() {},
    }),
    [Symbol.asyncDispose]: () => docker[Symbol.asyncDispose](),
  };
}

/** A stream of JetStream that holds what is published under its name. */
export async function createStream(nats: NatsClient, name: string): Promise<void> {
  const config = { name, subjects: [`${name}.>`], storage: "file", retention: "limits", max_age: 0 };
  const answer = await nats.request(`$JS.API.STREAM.CREATE.${name}`, JSON.stringify(config));
  if (answer.includes('"error"')) throw new Error(answer);
}
