import { expect, it } from "vitest";
import { type ChaosReport, runChaos } from "./support/spaces/chaos.ts";
import { ORIGIN } from "./support/spaces/content.ts";
import { startLastingServer } from "./support/spaces/server.ts";

const SPACES = Number(process.env["SPACES"] ?? 1000);
const SEED = Number(process.env["SEED"] ?? Math.floor(Math.random() * 2 ** 31));

const DEEDS = { killClient: 40, killOwner: 6, killBackend: 4, endSessions: 12 };
const FEWER = { killClient: 14, killOwner: 3, killBackend: 2, endSessions: 6 };

it.each([
  { reuse: "auto", spaces: SPACES, deeds: DEEDS },
  { reuse: "connected", spaces: Math.ceil(SPACES / 3), deeds: FEWER },
] as const)(
  "gives $spaces spaces to tests of 8 processes through crashes of everything: none shared, none left, all listed (reuse: $reuse)",
  {
    timeout: 800_000,
  },
  async ({ reuse, spaces, deeds }) => {
    await using server = await startLastingServer(`seatrial-e2e-spaces-crash-${reuse}-${process.pid}`);
    await server.query("CREATE DATABASE origin");
    await server.query(ORIGIN, "origin");
    const from = performance.now();
    // So that it can be told from one that hangs.
    const onDeed = (deed: string, given: number) =>
      void process.stderr.write(
        `${((performance.now() - from) / 1000).toFixed(0)} s, ${given} spaces: ${deed}\n`,
      );
    const report = await runChaos({ server, seed: SEED, reuse, spaces, clients: 8, deeds, onDeed });
    process.stdout.write(`${describeReport(report)}\n`);
    expect(report.faults, `SEED=${SEED}`).toEqual([]);
    expect(report).toMatchObject({
      ...{ shared: [], unlisted: [], undropped: [], left: [], journals: [] },
    });
    expect(report.given).toBeGreaterThanOrEqual(spaces);
    // Crashes that hit and disturb nobody prove nothing. Each deed may miss: a process has just ended, the server is away.
    for (const [deed, planned] of Object.entries(deeds))
      expect(report.done[deed as keyof typeof deeds], deed).toBeGreaterThanOrEqual(planned / 2);
    expect(report.disturbed).toBeGreaterThan(0);
    expect(report.leftovers).toBeGreaterThan(0);
  },
);

function describeReport({
  given,
  disturbed,
  refused,
  done,
  leftovers,
  reused,
  seconds,
}: ChaosReport): string {
  const codes = Object.entries(refused).map(([code, count]) => `${code} ${count}`);
  return [
    `seed ${SEED}: ${given} spaces in ${seconds.toFixed(0)} s, ${disturbed} tests disturbed, ${leftovers} leftovers found`,
    `killed: ${done.killClient} clients, ${done.killOwner} owners, ${done.killBackend} of the server's processes; ended half of all sessions ${done.endSessions} times`,
    `given again after a reset by the last owner: ${reused}; refused meanwhile: ${codes.join(", ") || "none"}`,
  ].join("\n");
}
