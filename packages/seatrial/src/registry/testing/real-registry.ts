import { randomBytes } from "node:crypto";
import { get } from "node:http";
import path from "node:path";
import { pack } from "tar-stream";
import { runCommand } from "../../support/command.ts";
import { createFolder } from "../../support/testing/folder.ts";
import type { Environment } from "../docker-config.ts";

/** A registry program in a container of the engine on this machine. */
export interface RealRegistry extends AsyncDisposable {
  /** `127.0.0.1` and its port. */
  registry: string;
  /** An environment whose docker configuration has the login that it wants. */
  environment: Environment;
}

/** The user `ci` with the password `secret`. */
const HTPASSWD = "ci:$2a$05$f.wsvAQmHSEbCeyiRGXHcuYPzZ9BMM1lidGXCW.iTWEcDyapsOZw.\n";
const LOGIN = { username: "ci", password: "secret" };
const FIXTURE = path.join(import.meta.dirname, "../../../../../fixtures/registries/referrers");
const BOOT_MS = 30_000;

/** Docker's own registry 2.8, with a login: no referrers API. */
export async function startDockerRegistry(): Promise<RealRegistry> {
  const env = {
    REGISTRY_AUTH: "htpasswd",
    REGISTRY_AUTH_HTPASSWD_REALM: "test",
    REGISTRY_AUTH_HTPASSWD_PATH: "/htpasswd",
  };
  return await startContainer({ image: "registry:2", env, files: { htpasswd: HTPASSWD } });
}

/** A registry with a referrers API, built by the engine from a few lines of Go. */
export async function startReferrersRegistry(): Promise<RealRegistry> {
  const image = "seatrial-test-referrers";
  await docker(["buildx", "build", "--quiet", "--load", "--tag", image, FIXTURE]);
  return await startContainer({ image, env: {}, files: {} });
}

async function startContainer(options: {
  image: string;
  env: Record<string, string>;
  files: Record<string, string>;
}): Promise<RealRegistry> {
  const name = `seatrial-test-registry-${randomBytes(6).toString("hex")}`;
  const variables = Object.entries(options.env).flatMap(([key, value]) => ["--env", `${key}=${value}`]);
  const publish = ["--publish", "127.0.0.1::5000"];
  await docker([
    "create",
    "--rm",
    "--name",
    name,
    "--label",
    "seatrial.test=registry",
    ...publish,
    ...variables,
    options.image,
  ]);
  try {
    for (const [file, text] of Object.entries(options.files)) await copyInto(name, file, text);
    await docker(["start", name]);
    const [registry = ""] = (await docker(["port", name, "5000/tcp"])).split("\n");
    await answers(registry);
    const config = {
      auths: { [registry]: { auth: Buffer.from(`${LOGIN.username}:${LOGIN.password}`).toString("base64") } },
    };
    const folder = await createFolder({ "config.json": JSON.stringify(config) });
    return {
      registry,
      environment: { ...process.env, DOCKER_CONFIG: folder.path },
      async [Symbol.asyncDispose]() {
        await folder[Symbol.asyncDispose]();
        await docker(["rm", "--force", "--volumes", name]);
      },
    };
  } catch (error) {
    await docker(["rm", "--force", "--volumes", name]).catch(() => undefined);
    throw error;
  }
}

async function copyInto(container: string, file: string, text: string): Promise<void> {
  const tar = pack();
  tar.entry({ name: file }, text);
  tar.finalize();
  const chunks: Buffer[] = [];
  for await (const chunk of tar as unknown as AsyncIterable<Buffer>) chunks.push(chunk);
  await docker(["cp", "-", `${container}:/`], Buffer.concat(chunks).toString("latin1"));
}

/** Its port is open before it listens: docker's own proxy has it. */
async function answers(registry: string): Promise<void> {
  const deadline = Date.now() + BOOT_MS;
  for (;;) {
    const status = await new Promise<number | undefined>((resolve) => {
      const request = get(`http://${registry}/v2/`, (response) => {
        response.resume();
        resolve(response.statusCode);
      });
      request.once("error", () => resolve(undefined));
    });
    if (status === 200 || status === 401) return;
    if (Date.now() > deadline) throw new Error(`the registry at ${registry} does not answer (${status})`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

async function docker(args: string[], input?: string): Promise<string> {
  const { code, stdout, stderr } = await runCommand({
    argv: ["docker", ...args],
    env: process.env,
    input,
    signal: new AbortController().signal,
  });
  if (code !== 0) throw new Error(`docker ${args[0]} failed: ${stderr}`);
  return stdout.trim();
}
