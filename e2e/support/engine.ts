import { execFile } from "node:child_process";
import { setTimeout as wait } from "node:timers/promises";
import { promisify } from "node:util";

const run = promisify(execFile);

/** The docker command line's output, without the newline at its end. Builds are BuildKit's, which older ones want to be asked for. */
export async function docker(...args: string[]): Promise<string> {
  const env = { ...process.env, DOCKER_BUILDKIT: "1" };
  const { stdout } = await run("docker", args, { maxBuffer: 64 << 20, env });
  return stdout.trim();
}

/** What the engine still holds of a run, or of any run: containers, networks, volumes, by name. */
export async function leftovers(filter: { run?: string; project?: string } = {}): Promise<string[]> {
  const label =
    filter.run === undefined ? `seatrial.project=${filter.project}` : `seatrial.run=${filter.run}`;
  const [containers, networks, volumes] = await Promise.all([
    docker("ps", "-a", "--filter", `label=${label}`, "--format", "container {{.Names}} {{.State}}"),
    docker("network", "ls", "--filter", `label=${label}`, "--format", "network {{.Name}}"),
    docker("volume", "ls", "--filter", `label=${label}`, "--format", "volume {{.Name}}"),
  ]);
  return [containers, networks, volumes].flatMap((text) => text.split("\n")).filter((line) => line !== "");
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
    const answer = await options.ask();
    if (options.until(answer)) return answer;
    if (performance.now() > limit) {
      throw new Error(`not within ${options.within} ms; last seen: ${JSON.stringify(answer)}`);
    }
    await wait(50);
  }
}
