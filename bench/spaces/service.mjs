// A service in a container, reached through its agent as in a run.
import { setTimeout as sleep } from "node:timers/promises";
import { createLauncher } from "../../packages/seatrial/src/agent/index.ts";
import { PLAIN_SECURITY } from "../../packages/seatrial/src/model/index.ts";

const never = new AbortController().signal;

/** A container of an image that is there already, in which nothing runs yet but the agent. */
export async function launch({ engine, agents, name, image, env = {}, mounts = [] }) {
  const found = await engine.images.inspect(image, never);
  if (found === undefined) throw new Error(`the image ${image} is missing`);
  const launcher = createLauncher({
    engine,
    agentBinary: async (platform) => `${agents}/agent-${platform.split("/").slice(0, 2).join("-")}`,
  });
  const spec = {
    name,
    image: found.id,
    labels: { "seatrial.bench": "spaces" },
    env,
    network: { id: "bridge", aliases: [] },
    mounts,
    limits: {},
    security: PLAIN_SECURITY,
    extraHosts: [],
  };
  return await launcher.launch(spec, never);
}

/** Starts a server, and resolves with it as the broker knows services when it answers. */
export async function startService({ service, argv, admin, probe, env = {}, ...options }) {
  const launched = await launch({ ...options, env });
  const { agent } = launched;
  const running = await agent.run({ argv, env, mergeOutput: true }, never);
  const reading = async () => {
    for await (const _ of running.output);
  };
  // Ends with the container.
  reading().catch(() => undefined);
  while (!(await agent.probe(probe, { timeout: 5000, signal: never })).ready) await sleep(50);
  return {
    service,
    port: probe.port,
    admin,
    env,
    async dial(port, signal) {
      const connection = await agent.tunnel({ host: "127.0.0.1", port }, signal);
      connection.allowHalfOpen = false;
      return connection;
    },
    run: (spec, signal) => agent.run({ ...spec, env: { ...env, ...spec.env } }, signal),
    readFile: async () => undefined,
    launched,
  };
}

/** What a process runs in the container, to its end: what it printed. */
export async function runInside({ agent }, argv) {
  const running = await agent.run({ argv, mergeOutput: true }, never);
  let text = "";
  for await (const { data } of running.output) text += data;
  const { code } = await running.exit;
  if (code !== 0) throw new Error(`${argv[0]} ended with ${code}: ${text}`);
  return text;
}
