import { expect, it } from "vitest";
import { docker, eventually } from "./support/engine.ts";
import { ROOT, startCommand } from "./support/program.ts";

/** A comparison prints its table last; here nobody reads its figures. */
async function bench(...args: string[]): Promise<string> {
  const argv = [process.execPath, `${ROOT}/bench/main.mjs`, ...args];
  const ended = await startCommand(argv, { cwd: ROOT }).ended;
  expect(ended.code, `${argv.join(" ")}\n${ended.stdout}\n${ended.stderr}`).toBe(0);
  return ended.stdout;
}

it("the comparison of whole pipelines knows the example's jobs, and a script's for the same", async () => {
  const said = await bench("second-run", "--dry-run");
  const jobs = (contestant: string) =>
    new Set([...said.matchAll(new RegExp(`^${contestant}, (\\w+):`, "gm"))].map(([, job]) => job));
  const all = ["build", "unit", "frontend", "integration", "api", "pages", "check", "release"];
  expect([...jobs("seatrial")]).toEqual(all);
  expect([...jobs("script")]).toEqual(all);
});

it("the comparison of promotions runs, and finds the tested digest under every tag", async () => {
  const said = await bench("release", "--rounds", "1", "--layer-bytes", "10000");
  const rows = said.split("\n").filter((line) => /^\| seatrial release.*\| yes \|$/.test(line));
  expect(rows.map((row) => row.split(" | ")[0])).toEqual([
    "| seatrial release",
    "| seatrial release, signed",
    "| seatrial release",
    "| seatrial release, signed",
  ]);
  // Without a key no blob goes up: what was pushed once is what ships.
  for (const row of rows.filter((row) => !row.includes("signed"))) expect(row.split(" | ")[3]).toBe("0");
});

it("a comparison that is stopped removes what it made", async () => {
  const { child, ended } = startCommand(
    [process.execPath, `${ROOT}/bench/main.mjs`, "release", "--layer-bytes", "10000"],
    { cwd: ROOT },
  );
  const containers = (...flags: string[]) =>
    docker("ps", "--quiet", ...flags, "--filter", `name=^/?seatrial-bench-registry-${child.pid}$`);
  await eventually({ ask: () => containers(), until: (found) => found !== "", within: 30_000 });
  child.kill("SIGTERM");
  const { code, stderr } = await ended;
  expect(code, stderr).toBe(143);
  expect(await containers("--all")).toBe("");
});
