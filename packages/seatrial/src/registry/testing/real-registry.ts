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

/** The same as REAL_LOGIN, as htpasswd has it. */
const HTPASSWD = "ci:$2a$05$f.wsvAQmHSEbCeyiRGXHcuYPzZ9BMM1lidGXCW.iTWEcDyapsOZw.\n";
export const REAL_LOGIN = { username: "ci", password: "secret" };
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
  const image = `seatrial-test-referrers:${randomBytes(6).toString("hex")}`;
  await docker(["buildx", "build", "--quiet", "--load", "--tag", image, FIXTURE]);
  const removeImage = async () => void (await docker(["image", "rm", image]));
  return await startContainer({ image, env: {}, files: {}, after: removeImage });
}

async function startContainer(options: {
  image: string;
  env: Record<string, string>;
  files: Record<string, string>;
  /** Once the container is gone. */
  after?: () => Promise<void>;
}): Promise<RealRegistry> {
  const { image, env, files, after } = options;
  const name = `seatrial-test-registry-${randomBytes(6).toString("hex")}`;
  const variables = Object.entries(env).flatMap(([key, value]) => ["--env", `${key}=${value}`]);
  const labels = ["--label", "seatrial.test=registry"];
  const publish = ["--publish", "127.0.0.1::5000"];
  await docker(["create", "--name", name, ...labels, ...publish, ...variables, image]);
  const remove = async () => {
    await docker(["rm", "--force", "--volumes", name]);
    await after?.();
  };
  try {
    for (const [file, text] of Object.entries(files)) await copyInto(name, file, text);
    await docker(["start", name]);
    const [registry = ""] = (await docker(["port", name, "5000/tcp"])).split("\n");
    await answers(registry);
    const login = Buffer.from(`${REAL_LOGIN.username}:${REAL_LOGIN.password}`).toString("base64");
    const config = JSON.stringify({ auths: { [registry]: { auth: login } } });
    const folder = await createFolder({ "config.json": config });
    return {
      registry,
      environment: { ...process.env, DOCKER_CONFIG: folder.path },
      async [Symbol.asyncDispose]() {
        await folder[Symbol.asyncDispose]();
        await remove();
      },
    };
  } catch (error) {
    await remove().catch(() => undefined);
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
