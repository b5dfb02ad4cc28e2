import { chmod, mkdir, writeFile } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import { answer, startFakeEngine } from "../engine/docker/testing/fake-engine.ts";
import { type At, at, PROJECT } from "./testing/at.ts";

/** Puts a docker into the PATH of somebody. */
async function withDocker(here: At, script: string): Promise<void> {
  const { env } = here.surroundings.environment;
  env["PATH"] = `${here.path}/bin`;
  env["DOCKER_CONFIG"] = `${here.path}/docker`;
  await mkdir(`${here.path}/bin`, { recursive: true });
  await mkdir(`${here.path}/docker/cli-plugins`, { recursive: true });
  await writeFile(`${here.path}/bin/docker`, `#!/bin/sh\n${script}\n`);
  await chmod(`${here.path}/bin/docker`, 0o755);
}

const WHOLE = 'case "$*" in *buildx*) echo "buildx v0.20.1";; *compose*) echo 2.40.3;; esac';
const answering = () =>
  startFakeEngine(({ path }, response) =>
    answer(
      response,
      200,
      path.endsWith("/version")
        ? { Version: "27.1", ApiVersion: "1.41", Os: "linux", Arch: "amd64" }
        : { MemTotal: 8 * 2 ** 30, NCPU: 4 },
    ),
  );

describe("doctor", () => {
  it("on a machine without anything says each thing that is missing, and what mends it", async () => {
    await using here = await at({});
    expect(await here.seatrial("doctor")).toBe(3);
    const text = here.stdout();
    expect(text).toMatch(/✖ engine .*no\.sock/);
    expect(text).toContain("✖ buildx     the docker command line is not in PATH\n  mend: install");
    expect(text).toMatch(/✖ compose .*\n {2}mend: /);
    expect(text).toMatch(/✖ project .*\n {2}mend: /);
    expect(text).not.toContain("ENOENT\n");
    expect(here.stderr()).toBe("");
  });

  it("says of each thing that is there what was found", async () => {
    await using fake = await answering();
    await using here = await at(PROJECT, { DOCKER_HOST: `unix://${fake.socket}` });
    await withDocker(here, WHOLE);
    await here.seatrial("doctor");
    const text = here.stdout();
    expect(text).toContain(
      `✔ engine     Docker Engine 27.1 at unix://${fake.socket}, linux/amd64, 4 CPUs, 8 GiB`,
    );
    expect(text).toContain("✔ buildx     buildx v0.20.1");
    expect(text).toContain("✔ compose    2.40.3");
    expect(text).toContain(`✔ project    shop in ${here.path}, suites: unit, integration`);
  });

  it("tells a plugin that is missing from a docker that is", async () => {
    await using here = await at(PROJECT);
    await withDocker(here, "echo \"docker: 'buildx' is not a docker command.\" >&2; exit 1");
    await here.seatrial("doctor");
    expect(here.stdout()).toContain("✖ buildx     docker: 'buildx' is not a docker command.");
    expect(here.stdout()).toContain("apt-get install docker-buildx");
  });

  it("says that a project without suites needs some", async () => {
    await using here = await at({ Dockerfile: "FROM scratch\n" });
    await here.seatrial("doctor");
    expect(here.stdout()).toMatch(/✖ project .* suites: none\n {2}mend: .*seatrial init/);
  });

  it("says which secrets of the build are missing, and does not fail for them: not every job builds", async () => {
    await using fake = await answering();
    const own = PROJECT["seatrial.yaml"]?.replace("test: test", "$&, secrets: { npm: { env: NPM_TOKEN } }");
    await using here = await at(
      { ...PROJECT, "seatrial.yaml": own ?? "" },
      { DOCKER_HOST: `unix://${fake.socket}` },
    );
    await withDocker(here, WHOLE);
    const code = await here.seatrial("doctor");
    expect(here.stdout()).toMatch(
      /! build secret .* npm comes from NPM_TOKEN, which is not set; .*\n {2}mend: set NPM_TOKEN /,
    );
    const before = here.stdout().length;
    await here.seatrial("doctor", "--json");
    const findings = JSON.parse(here.stdout().slice(before)) as { name: string; exitCode: number }[];
    expect(findings.find(({ name }) => name === "build secret")).toMatchObject({ ok: false, exitCode: 0 });
    here.surroundings.environment.env["NPM_TOKEN"] = "set";
    expect(await here.seatrial("doctor")).toBe(code);
  });

  it("says the same of those that the Compose file gives, and that they are not known where it cannot be read", async () => {
    await using fake = await answering();
    const compose =
      "services: { app: { build: { context: ., target: release, secrets: [npm] } } }\nsecrets: { npm: { environment: NPM_TOKEN } }\n";
    const files = {
      ...PROJECT,
      "compose.yaml": compose,
      "seatrial.yaml": "image: { release: release, test: test }\n",
    };
    await using here = await at(files, { DOCKER_HOST: `unix://${fake.socket}` });
    await withDocker(
      here,
      WHOLE.replace(
        "*compose*)",
        `*" config "*) printf '%s\\n' "name: shop" "${compose.replace(".,", "$PWD,").trim().split("\n").join('" "')}";; *compose*)`,
      ),
    );
    await here.seatrial("doctor");
    expect(here.stdout()).toMatch(/! build secret .* npm .* NPM_TOKEN, which is not set; only builds/);
    await withDocker(here, WHOLE);
    await here.seatrial("doctor");
    expect(here.stdout()).toMatch(/! build secret which the Compose file gives to builds is not known: /);
  });

  it("says the same to programs, as JSON", async () => {
    await using here = await at(PROJECT);
    expect(await here.seatrial("doctor", "--json")).toBe(3);
    const findings = JSON.parse(here.stdout()) as { name: string; ok: boolean }[];
    expect(findings.map(({ name, ok }) => [name, ok])).toEqual([
      ["engine", false],
      ["buildx", false],
      ["compose", false],
      ["project", true],
    ]);
  });
});
