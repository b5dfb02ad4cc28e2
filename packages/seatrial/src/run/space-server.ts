import { posix } from "node:path";
import { pack } from "tar-stream";
import { type Agent, readText } from "../agent/index.ts";
import type { SpaceKind } from "../model/index.ts";
import type { RunningService, ServicePlan } from "../services/index.ts";
import { type SpaceServer, spaceError } from "../spaces/index.ts";
import { isToolError, messageOf } from "../support/error.ts";
import { servicePort } from "./service-port.ts";

type Reached = Pick<RunningService, "spec" | "image" | "process"> & {
  workload: Pick<RunningService["workload"], "agent">;
};

/** A service of a run as the broker reaches it: through the agent of its container. */
export function spaceServer(options: {
  service: Reached;
  plan: Pick<ServicePlan, "spec" | "server">;
  kind: SpaceKind;
}): SpaceServer {
  const { service, plan, kind } = options;
  const { user: admin, password, database } = plan.server ?? {};
  const { name } = service.spec;
  const { agent } = service.workload;
  const { env, user, workingDir } = service.process;
  async function orLost<T>(what: string, work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      if (!isToolError(error, "AGENT_LOST") && !isToolError(error, "TUNNEL_REFUSED")) throw error;
      throw spaceError({
        code: "SPACE_SERVER_LOST",
        message: `Service ${name} ${what}: ${messageOf(error)}`,
        hint: `Its log says more: seatrial logs ${name}.`,
        cause: error,
      });
    }
  }

  return {
    service: name,
    port: servicePort({ service: plan, kind, exposed: service.image.ports }) ?? 0,
    admin: { user: admin, password, database },
    env,
    dial: (port, signal) =>
      orLost(`cannot be reached at port ${port}`, async () => {
        // From within its own container: where images trust whoever comes from there, no password is needed.
        const connection = await agent.tunnel({ host: "127.0.0.1", port }, signal);
        // Clients of databases wait for the other side to end as a socket of their own would.
        connection.allowHalfOpen = false;
        return connection;
      }),
    run: (spec, signal) =>
      orLost(`could not run ${spec.argv[0]}`, () =>
        agent.run({ user, workingDir, ...spec, env: { ...env, ...spec.env } }, signal),
      ),
    readFile: (path, signal) => orLost(`lost its file ${path}`, () => readFile(agent, path, signal)),
    writeFile: ({ path, content, ...header }, signal) =>
      orLost(`could not take its file ${path}`, async () => {
        const tar = pack();
        tar.entry({ name: posix.basename(path), ...header }, content);
        tar.finalize();
        await agent.files.put(posix.dirname(path), tar, signal);
      }),
  };
}

/** A small file of a container as text; undefined when there is none. */
async function readFile(agent: Agent, path: string, signal: AbortSignal): Promise<string | undefined> {
  const found = await agent.files.stat(path, signal);
  if (found?.kind !== "file") return undefined;
  return await readText(agent.files, path, signal);
}
