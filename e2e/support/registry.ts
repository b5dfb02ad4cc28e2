import { createHash, randomBytes } from "node:crypto";
import { access, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { homedir, tmpdir } from "node:os";
import path from "node:path";
import { expect } from "vitest";
import { docker, eventually } from "./engine.ts";
import { type RegistryKind, registryProgram } from "./registry-program.ts";
import { statusOf } from "./status-of.ts";

/** A registry on this machine's loopback. */
export interface PrivateRegistry extends AsyncDisposable {
  /** Host and port. */
  host: string;
  /** What makes a program log in to it. */
  env: Record<string, string>;
  /** Asks it without any client of ours: the status and the digest of the bytes that came. */
  get(path: string): Promise<RegistryAnswer>;
  /** What points at a digest, by the one way in which this kind of registry lists it. */
  referrers(repository: string, digest: string): Promise<string[]>;
  /** Changes it as anybody with the login may, without any client of ours. Fails when it refuses. */
  send(method: "POST" | "PUT", url: string, content?: { type: string; body: Buffer }): Promise<Response>;
}

interface RegistryAnswer {
  status: number;
  digest: string;
  type: string;
  json: Record<string, unknown>;
}

/** The user `ci` with the password `secret`. */
const HTPASSWD = "ci:$2a$05$f.wsvAQmHSEbCeyiRGXHcuYPzZ9BMM1lidGXCW.iTWEcDyapsOZw.\n";
const BASIC = Buffer.from("ci:secret").toString("base64");
const ACCEPTED = [
  "application/vnd.docker.distribution.manifest.v2+json",
  "application/vnd.oci.image.manifest.v1+json",
  "application/vnd.oci.image.index.v1+json",
].join(", ");

/** Starts a registry, docker's own unless said otherwise. That one asks for a login. */
export async function privateRegistry(
  kind: RegistryKind = "a registry without the referrers API",
): Promise<PrivateRegistry> {
  const program = await registryProgram(kind);
  const name = `seatrial-e2e-registry-${randomBytes(6).toString("hex")}`;
  const folder = await mkdtemp(path.join(tmpdir(), "seatrial-e2e-registry-"));
  await writeFile(path.join(folder, "htpasswd"), HTPASSWD, { mode: 0o644 });
  const settings = [
    "REGISTRY_AUTH=htpasswd",
    "REGISTRY_AUTH_HTPASSWD_REALM=e2e",
    "REGISTRY_AUTH_HTPASSWD_PATH=/htpasswd",
  ];
  await docker(
    ...["create", "--rm", "--name", name, "--label", "seatrial.e2e=registry", "--publish", "127.0.0.1::5000"],
    ...settings.flatMap((setting) => ["--env", setting]),
    program.image,
  );
  const remove = async () => {
    await docker("rm", "--force", "--volumes", name);
    await program.remove();
    await rm(folder, { recursive: true, force: true });
  };
  try {
    await docker("cp", path.join(folder, "htpasswd"), `${name}:/htpasswd`);
    await docker("start", name);
    const [host = ""] = (await docker("port", name, "5000/tcp")).split("\n");
    const headers = { authorization: `Basic ${BASIC}`, accept: ACCEPTED };
    const ask = (url: string) => fetch(`http://${host}${url}`, { headers });
    await eventually({
      ask: () => statusOf(`http://${host}/v2/`, headers),
      until: (status) => status === 200,
      within: 30_000,
    });
    const read = async (url: string): Promise<RegistryAnswer> => {
      const response = await ask(url);
      const bytes = Buffer.from(await response.arrayBuffer());
      const digest = `sha256:${createHash("sha256").update(bytes).digest("hex")}`;
      const type = response.headers.get("content-type") ?? "";
      return { status: response.status, digest, type, json: parsed(bytes) };
    };
    return {
      host,
      env: { DOCKER_CONFIG: await loginFolder(folder, host) },
      get: read,
      async referrers(repository, digest) {
        const byApi = await read(`/v2/${repository}/referrers/${digest}`);
        const byTag = await read(`/v2/${repository}/manifests/${digest.replace(":", "-")}`);
        const hasApi = kind === "a registry with the referrers API";
        expect([byApi.status, byTag.status]).toEqual(hasApi ? [200, 404] : [404, 200]);
        const { manifests } = (hasApi ? byApi : byTag).json as { manifests: { digest: string }[] };
        return manifests.map((each) => each.digest);
      },
      async send(method, url, content) {
        const response = await fetch(new URL(url, `http://${host}`), {
          method,
          headers: { authorization: `Basic ${BASIC}`, ...(content && { "content-type": content.type }) },
          ...(content && { body: content.body }),
        });
        if (!response.ok) throw new Error(`${method} ${url}: ${response.status} ${await response.text()}`);
        return response;
      },
      async [Symbol.asyncDispose]() {
        await removeImages(host);
        await remove();
      },
    };
  } catch (error) {
    await remove();
    throw error;
  }
}

/** Names by digest, of images that jobs pulled. */
async function removeImages(host: string): Promise<void> {
  const images = await docker("images", "--digests", "--format", "{{.Repository}}@{{.Digest}}");
  for (const image of new Set(images.split("\n").filter((each) => each.startsWith(`${host}/`))))
    await docker("rmi", image);
}

/** A docker configuration with this login; plugins and contexts are the user's. */
async function loginFolder(folder: string, host: string): Promise<string> {
  await writeFile(path.join(folder, "config.json"), JSON.stringify({ auths: { [host]: { auth: BASIC } } }));
  const own = process.env["DOCKER_CONFIG"] ?? path.join(homedir(), ".docker");
  for (const name of ["cli-plugins", "contexts"]) {
    const there = await access(path.join(own, name)).then(
      () => true,
      () => false,
    );
    if (there) await symlink(path.join(own, name), path.join(folder, name));
  }
  return folder;
}

function parsed(bytes: Buffer): Record<string, unknown> {
  try {
    return JSON.parse(bytes.toString("utf8")) as Record<string, unknown>;
  } catch {
    return {};
  }
}
