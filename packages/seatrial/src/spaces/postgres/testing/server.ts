import { randomBytes } from "node:crypto";
import { setTimeout as wait } from "node:timers/promises";
import { Client } from "pg";
import { agentBinary, createLauncher } from "../../../agent/index.ts";
import { buildRealAgent } from "../../../agent/testing/real-agent.ts";
import { connectDocker, resolveEndpoint } from "../../../engine/docker/index.ts";
import { PLAIN_SECURITY, type SpacePlan, type TemplateStep } from "../../../model/index.ts";
import { createCleanup } from "../../../support/cleanup.ts";
import { spaceError } from "../../errors.ts";
import type { MadeSpace, MakerOptions, OutsideStep, SpaceServer } from "../../maker.ts";
import { asSocket } from "../session.ts";

const IMAGE = "postgres:17";
const PASSWORD = "admin's s3cret";
const DATA = "/var/lib/postgresql/data";
const never = new AbortController().signal;

/** As the preset's for servers of tests, and more. */
export const FAST_FLAGS = [
  "fsync=off",
  "synchronous_commit=off",
  // So that a crash takes whatever nobody waited for.
  "wal_writer_delay=10s",
  "full_page_writes=off",
  "autovacuum=off",
  "max_wal_size=4GB",
  "checkpoint_timeout=1h",
  "max_connections=200",
  "scram_iterations=1",
  "max_prepared_transactions=20",
];

/** A real PostgreSQL in a container, with its data in memory. */
export interface TestServer extends AsyncDisposable {
  server: SpaceServer;
  /** The end of what it logged. */
  log(): string;
  /** A client as a test would have it: of the superuser, or of a space. */
  connect(login?: { user?: string; password?: string; database?: string }): Promise<Client>;
  /** A client with the space's own values. */
  connectTo(space: MadeSpace): Promise<Client>;
}

/** Starts one. Takes some seconds. */
export async function startPostgres(flags: readonly string[] = FAST_FLAGS): Promise<TestServer> {
  const cleanup = createCleanup();
  try {
    await buildRealAgent();
    const engine = connectDocker({ endpoint: await resolveEndpoint(process.env), environment: process.env });
    cleanup.add(async () => await engine[Symbol.asyncDispose]());
    const image =
      (await engine.images.inspect(IMAGE, never)) ??
      (await engine.images.pull(IMAGE, { onProgress: () => undefined, signal: never }));
    // By itself the image asks nobody at loopback for a password; tests come from elsewhere.
    const env = { POSTGRES_PASSWORD: PASSWORD, POSTGRES_INITDB_ARGS: "--no-sync --auth-host=scram-sha-256" };
    const launched = await createLauncher({ engine, agentBinary }).launch(
      {
        name: `postgres-test-${randomBytes(6).toString("hex")}`,
        image: image.id,
        labels: { "seatrial.test": "postgres-spaces" },
        env,
        mounts: [{ kind: "tmpfs", target: DATA, mode: 0o1777 }],
        limits: {},
        security: PLAIN_SECURITY,
        extraHosts: [],
      },
      never,
    );
    cleanup.add(async () => await launched[Symbol.asyncDispose]());
    const { agent } = launched;
    const options = flags.flatMap((flag) => ["-c", flag]);
    const running = await agent.run(
      { argv: ["docker-entrypoint.sh", "postgres", ...options], mergeOutput: true },
      never,
    );
    const log = keepEnd(running.output);
    const dial = async (port: number, signal: AbortSignal) => {
      try {
        return await agent.tunnel({ host: "127.0.0.1", port }, signal);
      } catch (cause) {
        if (signal.aborted) throw cause;
        throw spaceError({ code: "SPACE_SERVER_LOST", message: "no connection to postgres", cause });
      }
    };
    const server: SpaceServer = {
      service: "postgres",
      port: 5432,
      admin: { user: "postgres", password: PASSWORD },
      env,
      dial,
      run: (spec, signal) => agent.run(spec, signal),
      readFile: () => Promise.reject(new Error("nobody asks for files")),
      writeFile: () => Promise.reject(new Error("nobody writes files")),
    };
    const connect: TestServer["connect"] = async (login = {}) => {
      const stream = await dial(5432, never);
      const client = new Client({
        user: "postgres",
        password: PASSWORD,
        database: "postgres",
        ...login,
        stream: () => asSocket(stream),
        ssl: false,
      });
      // Connections that are ended by the server are what is tested.
      client.on("error", () => undefined);
      try {
        await client.connect();
      } catch (error) {
        stream.destroy();
        throw error;
      }
      return client;
    };
    await ready(connect, log);
    return {
      server,
      log,
      connect,
      connectTo: ({ name, values }) => connect({ ...values, database: name }),
      [Symbol.asyncDispose]: () => cleanup[Symbol.asyncDispose](),
    };
  } catch (error) {
    await cleanup[Symbol.asyncDispose]();
    throw error;
  }
}

/** The plan of a definition named `db`. */
export function planOf(steps: TemplateStep[] = [], more: Partial<SpacePlan> = {}): SpacePlan {
  return {
    name: "db",
    service: "postgres",
    kind: "postgres",
    isolation: "database",
    template: { steps },
    reuse: "auto",
    limit: 64,
    ttl: 60_000,
    keep: { count: 10, time: 60_000, bytes: 1e9 },
    files: [],
    ...more,
  };
}

/** Options of a maker whose outside steps are done by `runStep`. */
export function makerOptions(
  server: SpaceServer,
  more: {
    prefix: string;
    plan?: SpacePlan;
    signal?: AbortSignal;
    runStep?: (step: OutsideStep) => Promise<void>;
  },
): MakerOptions {
  return {
    plan: planOf(),
    server,
    onNote: () => undefined,
    signal: never,
    runStep: () => Promise.reject(new Error("no outside step was expected")),
    ...more,
  };
}

async function ready(connect: TestServer["connect"], log: () => string): Promise<void> {
  const until = Date.now() + 60_000;
  while (true) {
    try {
      return await (await connect()).end();
    } catch (error) {
      if (Date.now() > until) throw new Error(`PostgreSQL did not start: ${error}\n${log()}`);
    }
    await wait(50);
  }
}

function keepEnd(output: AsyncIterable<{ data: Buffer }>): () => string {
  let text = "";
  const reading = (async () => {
    for await (const { data } of output) text = (text + data).slice(-40_000);
    text += "(its output ended)\n";
  })();
  reading.catch((error) => {
    text += `(its output was lost: ${error})\n`;
  });
  return () => text;
}
