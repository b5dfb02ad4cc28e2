import { createLauncher } from "../../agent/index.ts";
import { fakeAgentProgram } from "../../agent/testing/index.ts";
import { createMemoryHost } from "../../engine/memory/index.ts";
import { PLAIN_SECURITY } from "../../model/index.ts";
import { runLabels } from "../labels.ts";
import { claimNetwork } from "../network.ts";

/** An engine in memory in which runs of several owners claim networks. */
export function networkWorld(options: { pool?: string; now?: () => number } = {}) {
  const { signal } = new AbortController();
  const { connect } = createMemoryHost({
    images: [{ reference: "base:1" }],
    programs: { "/.seatrial/agent": fakeAgentProgram(() => ({})) },
    now: options.now,
  });
  const engine = connect();
  const lost: Error[] = [];
  const launcher = createLauncher({ engine, agentBinary: async () => import.meta.filename });
  const claim = (run: string, holdAfter?: number) =>
    claimNetwork({
      engine,
      launcher,
      run,
      labels: runLabels({ run, project: "shop" }),
      pool: { pool: options.pool ?? "10.213.0.0/24", size: 26 },
      onLost: (error) => void lost.push(error),
      holdAfter,
      signal,
    });
  /** The containers with these labels, with their states. */
  const containers = async (labels: Record<string, string>) =>
    (await engine.workloads.list(labels, signal)).map(({ name, state }) => `${name} ${state}`);
  /** Somebody's container in a network, started. */
  async function join(network: string, labels: Record<string, string> = {}) {
    const id = await engine.workloads.create(
      {
        name: `joined-${Object.keys(labels).join()}-${network.slice(0, 8)}`,
        image: "base:1",
        labels,
        entrypoint: ["/.seatrial/agent"],
        command: [],
        user: "",
        env: {},
        network: { id: network, aliases: [] },
        mounts: [],
        limits: {},
        security: PLAIN_SECURITY,
        extraHosts: [],
      },
      signal,
    );
    await engine.workloads.start(id, signal);
    return id;
  }
  return { engine, launcher, lost, claim, containers, join, signal };
}
