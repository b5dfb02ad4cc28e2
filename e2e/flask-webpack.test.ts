import { createHash } from "node:crypto";
import { once } from "node:events";
import { readFile, rm, stat } from "node:fs/promises";
import { get, type IncomingMessage } from "node:http";
import { afterAll, describe, expect, it } from "vitest";
import { commit } from "./support/checkout.ts";
import { docker, eventually } from "./support/engine.ts";
import { projectNames } from "./support/forget.ts";
import { freePort } from "./support/free-port.ts";
import { latestOutcome, PROGRAM, ROOT, seatrial, startCommand } from "./support/program.ts";
import { project, type TestProject } from "./support/project.ts";

const EXAMPLE = `${ROOT}/examples/flask-webpack`;
const MANIFEST = "application/vnd.docker.distribution.manifest.v2+json";
/** The first build in an engine downloads what npm and pip install: the test that happens to come first waits for that. */
const DOWNLOADS = { timeout: 600_000 };
const named = projectNames("flask-webpack");

/** The example in a folder of its own, under a name of its own. */
async function copy(story: string): Promise<TestProject> {
  const folder = await project({}, { from: EXAMPLE });
  const text = await readFile(`${EXAMPLE}/seatrial.yaml`, "utf8");
  await folder.write("seatrial.yaml", text.replace("name: lendly", `name: ${named(story)}`));
  return folder;
}

async function ran(argv: string[], cwd: string, env: Record<string, string> = {}): Promise<string> {
  const ended = await startCommand(argv, { cwd, env }).ended;
  expect(ended.code, `${argv.join(" ")}\n${ended.stdout}\n${ended.stderr}`).toBe(0);
  return ended.stdout;
}

/** Not with fetch: in Node 20 it waits for ever when the other side hangs up at once, as docker does for a program that starts. */
async function statusOf(url: string): Promise<number | string | undefined> {
  const request = get(url, { timeout: 2_000, agent: false }).on("timeout", () => request.destroy());
  try {
    const [answer] = (await once(request, "response")) as [IncomingMessage];
    answer.resume();
    return answer.statusCode;
  } catch (error) {
    return String(error);
  }
}

it("a changed line of Python runs no npm, webpack or pip again", DOWNLOADS, async () => {
  await using example = await copy("one-line");
  const build = async () => {
    const ended = await seatrial(["build"], { cwd: example.folder });
    expect(ended.code, ended.stdout + ended.stderr).toBe(0);
  };
  await build();
  const first = await latestOutcome(example.folder);
  const file = "src/lendly/terms.py";
  const source = await readFile(`${example.folder}/${file}`, "utf8");
  // A line that no other build has seen.
  await example.write(file, `${source}\n# ${example.folder}\n`);
  await build();
  const second = await latestOutcome(example.folder);
  const events = await readFile(`${example.folder}/.seatrial/latest/events.ndjson`, "utf8");
  const steps = [...events.matchAll(/"node-progress".*"note":"\[\S+ (\S+) \d+\/\d+\] ([^"]*)"/g)];
  // BuildKit may look at a base again, which runs nothing.
  const work = steps.map(([, stage, step]) => `${stage}: ${step}`).filter((step) => !/: FROM /.test(step));
  expect(work).toEqual([
    "release: COPY src src",
    "test: COPY --from=test-tools /test-tools /test-tools",
    "test: COPY pyproject.toml ./",
    "test: COPY tests tests",
  ]);
  expect(second.build).toMatchObject({ cached: (second.build?.steps ?? 0) - steps.length });
  const changed = second.images.filter(
    ({ imageId }) => !first.images.some((each) => each.imageId === imageId),
  );
  expect(changed.map(({ target }) => target).sort()).toEqual(["release", "test"]);
});

it("is served by docker compose with the same files, from an empty database", DOWNLOADS, async () => {
  await using example = await project({}, { from: EXAMPLE });
  const name = named("compose");
  const env = { COMPOSE_PROJECT_NAME: name, PORT: `${await freePort()}` };
  const url = `http://127.0.0.1:${env.PORT}`;
  try {
    await ran(["docker", "compose", "up", "--build", "--detach", "--quiet-pull"], example.folder, env);
    await eventually({
      ask: () => statusOf(`${url}/healthz`),
      until: (status) => status === 200,
      within: 60_000,
    });
    const page = await fetch(`${url}/items`, {
      method: "POST",
      body: new URLSearchParams({ name: "Drill", owner: "Ana" }),
    });
    expect(page.url).toBe(`${url}/items/1`);
    const script = /<script src="([^"]+)"/.exec(await page.text())?.[1];
    expect((await fetch(`${url}${script}`)).headers.get("content-type")).toMatch(/^text\/javascript/);
  } finally {
    await ran(["docker", "compose", "down", "--volumes", "--rmi", "local"], example.folder, env);
  }
});

describe("the example's registry", async () => {
  const example = await project({}, { from: EXAMPLE });
  const port = await freePort();
  const name = named("registry");
  const home = `${example.folder}/home`;
  const env = { REGISTRY_NAME: name, REGISTRY_PORT: `${port}`, HOME: home, DOCKER_CONFIG: `${home}/.docker` };
  const make = (target: string) => ran(["make", target], example.folder, env);
  const container = () => docker("ps", "--quiet", "--filter", `label=com.docker.compose.project=${name}`);
  const password = async () => (await readFile(`${example.folder}/.registry/password`, "utf8")).trim();

  async function status(user?: string): Promise<number> {
    const headers = user === undefined ? {} : { authorization: `Basic ${btoa(user)}` };
    return (await fetch(`http://127.0.0.1:${port}/v2/`, { headers })).status;
  }

  afterAll(async () => {
    await make("registry-down");
    await example[Symbol.asyncDispose]();
  });

  it("asks for a login, and answers on this machine only", async () => {
    await make("registry");
    expect(await status()).toBe(401);
    expect(await status("lendly:wrong")).toBe(401);
    expect(await status(`lendly:${await password()}`)).toBe(200);
    expect(await docker("port", await container())).toBe(`5000/tcp -> 127.0.0.1:${port}`);
  });

  it("logs docker in without a trace in the user's own configuration", async () => {
    await make("registry");
    await expect(stat(`${home}/.docker/config.json`)).rejects.toThrow("ENOENT");
    const tag = `localhost:${port}/lendly:e2e`;
    await using small = await project({ Dockerfile: "FROM scratch\nCOPY Dockerfile /\n" });
    await docker("build", "--quiet", "--tag", tag, small.folder);
    try {
      const push = (config: string) =>
        startCommand(["docker", "--config", config, "push", "--quiet", tag], { cwd: example.folder }).ended;
      expect((await push(`${home}/.docker`)).code).not.toBe(0);
      expect((await push(`${example.folder}/.registry/docker`)).code).toBe(0);
    } finally {
      await docker("image", "rm", tag);
    }
  });

  it("is released to, with that login: every tag names the manifest of the very image that was tested", async () => {
    await make("registry");
    const text = await readFile(`${EXAMPLE}/seatrial.yaml`, "utf8");
    await example.write("seatrial.yaml", text.replace("name: lendly", `name: ${named("release")}`));
    await example.write(".gitignore", `${await readFile(`${EXAMPLE}/.gitignore`, "utf8")}/home/\n`);
    const sha = await commit(example.folder);
    const SEATRIAL = `${process.execPath} ${PROGRAM}`;
    const said = await ran(["make", "release"], example.folder, { ...env, SEATRIAL });
    // The chain as people see it: each step ends with a line of its own.
    const ended = [...said.matchAll(/^✔ (\S+)/gm)].map(([, name = ""]) => name);
    const tried = ended.slice(ended.indexOf("build") + 1, ended.indexOf("release"));
    expect(tried).toEqual(
      expect.arrayContaining(["unit", "frontend", "integration", "api", "pages", "coverage", "check"]),
    );
    expect(ended.at(-1)).toBe("release");
    expect(said).toMatch(/^✔ build .*release.* \(\d+ of \d+ steps cached\)$/m);
    expect(said).toMatch(/^✔ check .*none of 6 commands.*; non-root; \d+ MB \(test image: \d+ MB\)/m);
    const released = `^✔ release +localhost:${port}/lendly@sha256:\\w+… → ${sha}, trunk, latest `;
    expect(said).toMatch(new RegExp(released, "m"));
    const outcome = await latestOutcome(example.folder);
    const tested = outcome.images.find(({ target }) => target === "release");
    const receipt = JSON.parse(await readFile(`${example.folder}/.seatrial/latest/release.json`, "utf8")) as {
      digest: string;
      evidence: { suite: string }[];
    };
    expect(outcome.suites.map(({ status }) => status)).toEqual(Array(5).fill("passed"));
    expect(receipt).toMatchObject({ status: "released", imageId: tested?.imageId });
    const login = btoa(`lendly:${await password()}`);
    for (const tag of [sha, "trunk", "latest"]) {
      const answer = await fetch(`http://127.0.0.1:${port}/v2/lendly/manifests/${tag}`, {
        headers: { authorization: `Basic ${login}`, accept: MANIFEST },
      });
      const bytes = Buffer.from(await answer.arrayBuffer());
      expect(`sha256:${createHash("sha256").update(bytes).digest("hex")}`, tag).toBe(receipt.digest);
      const manifest = JSON.parse(bytes.toString("utf8")) as { config: { digest: string } };
      expect(manifest.config.digest, tag).toBe(tested?.imageId);
    }
  }, 300_000);

  it("stays as it is when it is started again, also after its password was lost", async () => {
    await make("registry");
    const [before, secret] = [await container(), await password()];
    await make("registry");
    expect([await container(), await password()]).toEqual([before, secret]);
    await rm(`${example.folder}/.registry`, { recursive: true });
    await make("registry");
    expect(await status(`lendly:${secret}`)).toBe(401);
    expect(await status(`lendly:${await password()}`)).toBe(200);
  });

  it("leaves nothing when it is ended", async () => {
    await make("registry");
    await make("registry-down");
    await make("registry-down");
    expect(await container()).toBe("");
    expect(await docker("volume", "ls", "--quiet", "--filter", `name=${name}`)).toBe("");
    await expect(stat(`${example.folder}/.registry`)).rejects.toThrow("ENOENT");
  });
});
