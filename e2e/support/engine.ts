import { execFile } from "node:child_process";
import { once } from "node:events";
import { get, type IncomingMessage } from "node:http";
import { text } from "node:stream/consumers";
import { setTimeout as wait } from "node:timers/promises";
import { promisify } from "node:util";

const run = promisify(execFile);

/** The docker command line's output, without the newline at its end. Builds are BuildKit's, which older ones want to be asked for. */
export async function docker(...args: string[]): Promise<string> {
  const env = { ...process.env, DOCKER_BUILDKIT: "1" };
  const { stdout } = await run("docker", args, { maxBuffer: 64 << 20, env });
  return stdout.trim();
}

/** Asks the engine itself, without a process of the command line: for what is asked again and again. */
export async function engineList<T>(path: string, label?: string): Promise<T> {
  const filters = JSON.stringify({ label: label === undefined ? [] : [label] });
  const query = new URLSearchParams({ filters, ...(path === "/containers/json" && { all: "1" }) });
  const request = get({ socketPath: "/var/run/docker.sock", path: `${path}?${query}`, agent: false });
  const [response] = (await once(request, "response")) as [IncomingMessage];
  const answer = await text(response);
  if (response.statusCode !== 200) throw new Error(`${path}: ${response.statusCode} ${answer}`);
  return JSON.parse(answer) as T;
}

/** What the engine still holds of a run, or of any run of a project: containers, networks, volumes, by name. */
export async function leftovers(filter: { run?: string; project?: string }): Promise<string[]> {
  const label =
    filter.run === undefined ? `seatrial.project=${filter.project}` : `seatrial.run=${filter.run}`;
  const [containers, networks, { Volumes: volumes }] = await Promise.all([
    engineList<{ Names: string[]; State: string }[]>("/containers/json", label),
    engineList<{ Name: string }[]>("/networks", label),
    engineList<{ Volumes: { Name: string }[] | null }>("/volumes", label),
  ]);
  return [
    ...containers.map(({ Names, State }) => `container ${Names[0]?.slice(1)} ${State}`),
    ...networks.map(({ Name }) => `network ${Name}`),
    ...(volumes ?? []).map(({ Name }) => `volume ${Name}`),
  ];
}

/** Waits until a question has the answer that is looked for, and says the last answer when it has not in time. */
export async function eventually<T>(options: {
  ask: () => Promise<T>;
  until: (answer: T) => boolean;
  /** Milliseconds. */
  within: number;
}): Promise<T> {
  const limit = performance.now() + options.within;
  while (true) {
    const asked = performance.now();
    const answer = await options.ask();
    if (options.until(answer)) return answer;
    if (performance.now() > limit) {
      throw new Error(`not within ${options.within} ms; last seen: ${JSON.stringify(answer)}`);
    }
    // Most questions are processes, which the other tests pay for: the busier the machine, the fewer. The last one is at the limit.
    const now = performance.now();
    await wait(Math.max(0, Math.min(Math.max(100, 5 * (now - asked)), limit - now)));
  }
}
