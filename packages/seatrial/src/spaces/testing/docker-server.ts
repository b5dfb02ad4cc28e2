import { randomBytes } from "node:crypto";
import { text } from "node:stream/consumers";
import tar from "tar-stream";
import { type Agent, agentBinary, createLauncher } from "../../agent/index.ts";
import { buildRealAgent } from "../../agent/testing/real-agent.ts";
import { connectDocker, resolveEndpoint } from "../../engine/docker/index.ts";
import { PLAIN_SECURITY, type ProbeSpec } from "../../model/index.ts";
import { isToolError } from "../../support/error.ts";
import type { SpaceServer } from "../maker.ts";

export interface DockerServer extends AsyncDisposable {
  readonly server: SpaceServer;
  readonly agent: Agent;
}

const BOOT_MS = 120_000;
const BETWEEN_PROBES_MS = 50;

/** A service in a real container under the real agent, as in a run. Its container is gone when it is closed, or when the process ends. */
export async function startDockerServer(options: {
  /** Labels and names of what is made begin with it. */
  owner: string;
  image: string;
  port: number;
  env?: Record<string, string>;
  /** In place of the image's own. */
  command?: string[];
  admin?: SpaceServer["admin"];
  probe?: ProbeSpec;
  /** Files that are there before it starts, by path. */
  files?: Record<string, string>;
}): Promise<DockerServer> {
  const { owner, port, admin = {}, probe = { kind: "tcp", port } } = options;
  await buildRealAgent();
  const signal = AbortSignal.timeout(BOOT_MS);
  const engine = await connectDocker({
    endpoint: await resolveEndpoint(process.env),
    environment: process.env,
  });
  const image = await engine.images.inspect(options.image, signal);
  if (image === undefined) throw new Error(`${options.image} is not there: rig/images ${options.image}`);
  const launched = await createLauncher({ engine, agentBinary }).launch(
    {
      name: `${owner}-${randomBytes(4).toString("hex")}`,
      image: image.id,
      labels: { "seatrial.test": owner },
      env: { ...options.env },
      mounts: [],
      limits: {},
      security: PLAIN_SECURITY,
      extraHosts: [],
    },
    signal,
  );
  const { agent } = launched;
  const env = { ...image.config.env, ...options.env };
  const server: SpaceServer = {
    service: owner,
    port,
    admin,
    env,
    dial: (at, dialling) => agent.tunnel({ host: "127.0.0.1", port: at }, dialling),
    run: (spec, running) => agent.run({ user: image.config.user, ...spec }, running),
    async readFile(path, reading) {
      const stream = await agent.files.get(path, reading).catch((error: unknown) => {
        if (isToolError(error, "FILE_NOT_FOUND")) return undefined;
        throw error;
      });
      if (stream === undefined) return undefined;
      const extract = stream.pipe(tar.extract());
      for await (const entry of extract) return await text(entry);
      return undefined;
    },
    async writeFile({ path, content, ...rest }, writing) {
      const pack = tar.pack();
      pack.entry({ name: path.slice(1), ...rest }, content);
      pack.finalize();
      await agent.files.put("/", pack, writing);
    },
  };
  for (const [path, content] of Object.entries(options.files ?? {})) {
    await server.writeFile({ path, content, mode: 0o644 }, signal);
  }
  const argv = [...image.config.entrypoint, ...(options.command ?? image.config.command)];
  const running = await agent.run(
    { argv, mergeOutput: true, user: image.config.user, workingDir: image.config.workingDir },
    signal,
  );
  let said = "";
  void (async () => {
    for await (const { data } of running.output) said = (said + data).slice(-4000);
  })().catch(() => undefined);
  for (;;) {
    const { ready, saw } = await agent.probe(probe, { timeout: 5_000, signal });
    if (ready) break;
    if (signal.aborted) throw new Error(`${options.image} did not become ready: ${saw}\n${said}`);
    await new Promise((resolve) => setTimeout(resolve, BETWEEN_PROBES_MS));
  }
  return {
    server,
    agent,
    async [Symbol.asyncDispose]() {
      await launched[Symbol.asyncDispose]();
      await engine[Symbol.asyncDispose]();
    },
  };
}
