import { readFile } from "node:fs/promises";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { type ResolveOptions, resolveCompose, toProjectName } from "./resolve.ts";
import { type FakeDocker, fakeDocker, printing } from "./testing/docker.ts";
import { folderWith } from "./testing/folder.ts";
import { readComposeVersion } from "./version.ts";

const OUTPUT = `name: shop
services:
  db:
    image: postgres:17
    command: [sh, -c, echo $$HOME]
    environment: {PASSWORD: a$$$$b}
    x-seatrial: {preset: postgres}
volumes:
  data: {name: shop_data}`;

async function resolveWith(docker: FakeDocker, options: Partial<ResolveOptions> = {}) {
  const projectFolder = await folderWith({ "compose.yaml": "services: {}" });
  return await resolveCompose({
    files: ["compose.yaml"],
    projectFolder,
    environment: docker.env,
    signal: AbortSignal.timeout(10_000),
    ...options,
  });
}

describe("resolving", () => {
  test("asks Compose for every profile and undoubles its dollars once", async () => {
    const docker = await fakeDocker(printing(OUTPUT));
    const compose = await resolveWith(docker, { projectName: "My Shop" });
    expect(compose.services["db"]).toMatchObject({
      command: ["sh", "-c", "echo $HOME"],
      environment: { PASSWORD: "a$$b" },
      "x-seatrial": { preset: "postgres" },
    });
    expect(compose).toMatchObject({ name: "shop", volumes: { data: { name: "shop_data" } }, networks: {} });
    const [file] = compose.files;
    expect(await docker.calls()).toEqual([`compose -f ${file} -p my-shop --profile * config --format yaml`]);
  });

  test("keeps the order of several files, and asks for named profiles only when told", async () => {
    const docker = await fakeDocker(printing(OUTPUT));
    const compose = await resolveWith(docker, { files: ["a.yaml", "/abs/b.yaml"], profiles: ["ci", "db"] });
    expect(compose.files).toEqual([path.join(compose.projectFolder, "a.yaml"), "/abs/b.yaml"]);
    const [call] = await docker.calls();
    expect(call).toContain(`-f ${compose.files[0]} -f /abs/b.yaml --profile ci --profile db config`);
  });

  test("names env files in both of its questions, and has none where none of those named is there", async () => {
    const script = `case "$*" in
      *"-f - "*) echo 'x-values: {TOKEN: [set, a]}' ;;
      *) echo "{name: x, services: {}, secrets: {a: {environment: TOKEN}}, x-off: $COMPOSE_DISABLE_ENV_FILE}" ;;
    esac; echo "off=$COMPOSE_DISABLE_ENV_FILE" >> "$DOCKER_CONFIG/calls.txt"`;
    const docker = await fakeDocker(script);
    await resolveWith(docker, { envFiles: ["/p/a.env", "/p/b.env"] });
    const [first, off, second] = await docker.calls();
    expect(first).toContain(" --env-file /p/a.env --env-file /p/b.env ");
    expect(second).toContain(" --env-file /p/a.env --env-file /p/b.env -f - ");
    expect(off).toBe("off=");
    const none = await fakeDocker(script);
    await resolveWith(none, { envFiles: [] });
    expect((await none.calls())[1]).toBe("off=1");
  });

  test("asks for every profile only where a service is needed that is in none of those named", async () => {
    const script = `case "$*" in
      *"*"*) echo '{name: x, services: {a: {}, t: {profiles: [t]}}}' ;;
      *"--profile broken"*) echo 'service "t" depends on undefined service "d"' >&2; exit 15 ;;
      *) echo '{name: x, services: {a: {}}}' ;;
    esac`;
    const asked = async (options: Partial<ResolveOptions>) => {
      const docker = await fakeDocker(script);
      const compose = await resolveWith(docker, options);
      const profiles = (await docker.calls()).map((call) => call.match(/(?<=--profile )\S+/g)?.join());
      return { services: Object.keys(compose.services), active: compose.profiles, profiles };
    };
    const needing = (...services: string[]) => ({ services, profiles: ["q"] });
    const narrow = { services: ["a"], active: ["p"], profiles: ["p,q"] };
    expect(await asked({ profiles: ["p"], needed: needing("a") })).toEqual(narrow);
    const wide = { services: ["a", "t"], active: ["p"], profiles: ["p,q", "*"] };
    expect(await asked({ profiles: ["p"], needed: needing("a", "t") })).toEqual(wide);
    const refused = await asked({ profiles: ["broken"], needed: needing("a") });
    expect(refused).toMatchObject({ services: ["a", "t"], active: ["broken"] });
  });

  test("tells what Compose refused of the profiles that were asked for, when it refuses all of them too", async () => {
    const docker = await fakeDocker(`echo "failed: $*" >&2; exit 15`);
    const resolving = resolveWith(docker, { profiles: ["p"] });
    await expect(resolving).toThrowWithCode("COMPOSE_INVALID");
    await expect(resolving).rejects.toMatchObject({ message: expect.stringContaining("--profile p") });
  });

  test("runs in the project's folder, in the given environment only", async () => {
    const docker = await fakeDocker(
      `echo "name: x"; echo "services: {a: {image: '$PWD $TAG $DOCKER_HOST'}}"`,
    );
    const compose = await resolveWith(docker, {
      environment: { ...docker.env, TAG: "8", PWD: "/elsewhere" },
      commandEnvironment: { DOCKER_HOST: "tcp://engine" },
    });
    expect(compose.services["a"]).toEqual({ image: `${compose.projectFolder} 8 tcp://engine` });
  });

  test("takes JSON too, which is YAML", async () => {
    const docker = await fakeDocker(printing(JSON.stringify({ name: "x", services: { a: { image: "b" } } })));
    expect((await resolveWith(docker)).services).toEqual({ a: { image: "b" } });
  });

  test("hands on what Compose warns of", async () => {
    const docker = await fakeDocker(
      `echo 'time="t" level=warning msg="The \\"TAG\\" variable is not set."' >&2\n${printing(OUTPUT)}`,
    );
    expect((await resolveWith(docker)).warnings).toEqual(['The "TAG" variable is not set.']);
  });

  test("asks for variables of secrets that the environment lacks", async () => {
    const script = `case "$*" in
      *"-f - "*) /bin/cat > "$DOCKER_CONFIG/input"; echo 'x-values: {TOKEN: [set, s$$cret], NOPE: ["", ""]}' ;;
      *) echo '{name: x, services: {}, secrets: {a: {environment: TOKEN}, b: {environment: HAVE}, c: {environment: NOPE}}}' ;;
    esac`;
    const docker = await fakeDocker(script);
    const compose = await resolveWith(docker, { environment: { ...docker.env, HAVE: "1" } });
    expect(compose.dotenv).toEqual({ TOKEN: "s$cret" });
    const input = await readFile(path.join(docker.folder, "input"), "utf8");
    expect(Object.keys(JSON.parse(input)["x-values"])).toEqual(["TOKEN", "NOPE"]);
  });
});

describe("faults", () => {
  test("a docker command line that is not there", async () => {
    const docker = await fakeDocker("");
    const resolving = resolveWith(docker, { environment: { PATH: "/nowhere" } });
    await expect(resolving).toThrowWithCode("COMPOSE_MISSING");
    await expect(resolving).rejects.toMatchObject({ hint: expect.stringContaining("install"), exitCode: 3 });
  });

  test("a docker without the plugin", async () => {
    const docker = await fakeDocker(
      `echo "unknown shorthand flag: 'f' in -f" >&2; echo "Usage:  docker [OPTIONS] COMMAND [ARG...]" >&2; exit 125`,
    );
    const resolving = resolveWith(docker);
    await expect(resolving).toThrowWithCode("COMPOSE_MISSING");
    await expect(resolving).rejects.toMatchObject({
      message: expect.stringContaining("no Compose plugin"),
      exitCode: 3,
    });
  });

  test("a file that Compose refuses", async () => {
    const docker = await fakeDocker(`echo 'service "a" depends on undefined service "b"' >&2; exit 15`);
    const resolving = resolveWith(docker);
    await expect(resolving).toThrowWithCode("COMPOSE_INVALID");
    await expect(resolving).rejects.toMatchObject({
      message: 'compose.yaml is not valid: service "a" depends on undefined service "b"',
    });
  });

  test.each(["<html>", "", "- a", "name: x", "{", "services: {}"])(
    "output that is no model: %o",
    async (text) => {
      const docker = await fakeDocker(printing(text));
      await expect(resolveWith(docker)).toThrowWithCode("COMPOSE_FAILED");
    },
  );

  test("a command that hangs is ended at the deadline, with what it started", async () => {
    const docker = await fakeDocker(`/bin/sleep 60 & echo $! > "$DOCKER_CONFIG/pid"; wait`);
    const start = performance.now();
    await expect(resolveWith(docker, { deadline: 300 })).toThrowWithCode("COMPOSE_TIMED_OUT");
    expect(performance.now() - start).toBeLessThan(20_000);
    const pid = Number(await readFile(path.join(docker.folder, "pid"), "utf8"));
    await expect.poll(() => isRunning(pid), { timeout: 5_000 }).toBe(false);
  });

  test("a command whose output has no end is ended", async () => {
    const docker = await fakeDocker("exec /usr/bin/yes 'name: x'");
    const resolving = resolveWith(docker);
    await expect(resolving).toThrowWithCode("COMPOSE_FAILED");
    await expect(resolving).rejects.toMatchObject({ message: expect.stringContaining("more than 32.0 MB") });
  });

  test("an abort ends it with the abort's reason", async () => {
    const docker = await fakeDocker("exec /bin/sleep 60");
    const controller = new AbortController();
    const resolving = resolveWith(docker, { signal: controller.signal });
    setTimeout(() => controller.abort(new Error("stopped by the user")), 100);
    await expect(resolving).rejects.toThrow("stopped by the user");
  });
});

/** One that has ended and only waits to be collected does not count. */
async function isRunning(pid: number): Promise<boolean> {
  const status = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => ") Z");
  return !status.includes(") Z");
}

test.each([
  ["Orders API", "orders-api"],
  ["_x", "x"],
  ["...", "project"],
  ["a.b_c-1", "a-b_c-1"],
])("the project name %o is told to Compose as %o", (name, told) => {
  expect(toProjectName(name)).toBe(told);
});

describe("the version of the plugin", () => {
  const signal = AbortSignal.timeout(10_000);

  test("is what it says", async () => {
    const docker = await fakeDocker("echo v2.40.3");
    expect(await readComposeVersion({ environment: docker.env, signal })).toBe("2.40.3");
    expect(await docker.calls()).toEqual(["compose version --short"]);
  });

  test("of none is COMPOSE_MISSING", async () => {
    const docker = await fakeDocker("echo 'docker: unknown command: docker compose' >&2; exit 1");
    const reading = readComposeVersion({ environment: docker.env, signal });
    await expect(reading).toThrowWithCode("COMPOSE_MISSING");
  });

  test("of one that only fails is COMPOSE_FAILED", async () => {
    const docker = await fakeDocker("echo 'cannot execute' >&2; exit 126");
    const reading = readComposeVersion({ environment: docker.env, signal });
    await expect(reading).toThrowWithCode("COMPOSE_FAILED");
  });
});
