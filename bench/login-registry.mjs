// A registry of docker's own that wants a login, on a port of this machine, and what logs in to it.
import { access, mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import { run } from "./command.mjs";
import { untilAnswers } from "./until-answers.mjs";

const USER = "bench";
const PASSWORD = "for-benchmarks-only";
const HTPASSWD = `${USER}:$2b$10$abcdefghijklmnopqrstuu48ivatCQlIidzWZXWaqyPcqU2FUSvZ2\n`;
const SETTINGS = [
  "REGISTRY_AUTH=htpasswd",
  "REGISTRY_AUTH_HTPASSWD_REALM=bench",
  "REGISTRY_AUTH_HTPASSWD_PATH=/htpasswd",
];

export async function startLoginRegistry(comparison) {
  const name = `seatrial-bench-registry-${process.pid}`;
  const folder = await mkdtemp(join(tmpdir(), "seatrial-bench-registry-"));
  const labels = ["--name", name, "--label", `seatrial.bench=${comparison}`];
  const settings = SETTINGS.flatMap((setting) => ["--env", setting]);
  await writeFile(join(folder, "htpasswd"), HTPASSWD);
  try {
    await run("docker", ["create", ...labels, ...settings, "--publish", "127.0.0.1::5000", "registry:2"]);
    await run("docker", ["cp", join(folder, "htpasswd"), `${name}:/htpasswd`]);
    await run("docker", ["start", name]);
    const [host] = (await run("docker", ["port", name, "5000/tcp"])).split("\n");
    await untilAnswers(host, 401);
    return { host, logIn: (config) => logIn({ host, config }), end: () => remove(name) };
  } catch (error) {
    await remove(name);
    throw error;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

const remove = (name) => run("docker", ["rm", "--force", "--volumes", name]);

/** Writes a login into a docker configuration of its own; plugins and contexts are the user's. */
async function logIn({ host, config }) {
  await mkdir(config, { recursive: true });
  const own = process.env["DOCKER_CONFIG"] ?? join(homedir(), ".docker");
  for (const name of ["cli-plugins", "contexts"]) {
    const isThere = await access(join(own, name)).then(
      () => true,
      () => false,
    );
    if (isThere) await symlink(join(own, name), join(config, name));
  }
  await run("docker", ["--config", config, "login", "--username", USER, "--password-stdin", host], {
    input: PASSWORD,
  });
}
