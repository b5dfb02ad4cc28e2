import { readFile } from "node:fs/promises";
import { expect, it } from "vitest";
import { leftovers } from "./support/engine.ts";
import { projectNames } from "./support/forget.ts";
import { complaintsOf, latestOutcome, ROOT, seatrial } from "./support/program.ts";
import { project, type TestProject } from "./support/project.ts";

const named = projectNames("space-kinds");

async function begin(name: string): Promise<TestProject> {
  const from = `${ROOT}/fixtures/e2e/space-kinds`;
  const settings = await readFile(`${from}/seatrial.yaml`, "utf8");
  const made = await project({ "seatrial.yaml": `name: ${name}\n${settings}` }, { from });
  return {
    ...made,
    async [Symbol.asyncDispose]() {
      await seatrial(["down"], { cwd: made.folder });
      await made[Symbol.asyncDispose]();
    },
  };
}

/** What the usual client of a space shows to a script. */
async function opened(cwd: string, id: string, ...words: string[]): Promise<string> {
  const ended = await seatrial(["space", "open", id, ...words], { cwd });
  expect(ended.code, ended.stdout + ended.stderr).toBe(0);
  return ended.stdout;
}

it("MariaDB, RabbitMQ, NATS and S3 give each shard a place of its own, and keep those of a test that failed", async () => {
  const name = named("places");
  await using made = await begin(name);
  const cwd = made.folder;
  const ended = await seatrial(["run", "--keep"], { cwd });
  expect(ended.code, ended.stdout + ended.stderr).toBe(1);
  expect(complaintsOf(ended)).toEqual([]);
  const outcome = await latestOutcome(cwd);
  expect(outcome.suites, ended.stdout).toMatchObject([
    { name: "places", status: "passed", spaces: 8 },
    { name: "failing", status: "failed", spaces: 4 },
  ]);
  // Each program worked in its own place, and none was the other's.
  const results = `${cwd}/.seatrial/latest/results/places`;
  const placesOf = async (shard: number): Promise<Record<string, string>> =>
    JSON.parse(await readFile(`${results}/shard-${shard}/${shard}.json`, "utf8"));
  const [first, second] = [await placesOf(1), await placesOf(2)];
  const services = ["mariadb", "nats", "objects", "rabbitmq"];
  expect(Object.keys(first).sort()).toEqual(services);
  for (const service of services) expect(first[service]).not.toBe(second[service]);

  const kept = Object.fromEntries(
    (outcome.spaces ?? []).map(({ service, leased, kept }) => [service, { leased, kept }]),
  );
  for (const service of services)
    expect(kept[service]).toMatchObject({ leased: 3, kept: [{ holder: { suite: "failing" } }] });
  const id = (service: string) => kept[service]?.kept[0]?.id ?? "";
  const seen = await Promise.all([
    opened(cwd, id("mariadb"), "--", "-BNe", "SELECT * FROM item"),
    opened(cwd, id("rabbitmq")),
    opened(cwd, id("objects")),
  ]);
  expect(seen[0]).toBe("1\tseed\n2\tof shard 1\n");
  expect(seen[1]).toMatch(/"name":"mail".*\n.*"name":"orders"/);
  expect(seen[2]).toMatch(/logo\.txt\n.*10 .*orders\/1\.txt\n/);
  expect((await seatrial(["down"], { cwd })).code).toBe(0);
  expect(await leftovers({ project: name })).toEqual([]);
}, 300_000);
