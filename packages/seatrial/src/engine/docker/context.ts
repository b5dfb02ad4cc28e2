import { createHash } from "node:crypto";
import { readdir } from "node:fs/promises";
import path from "node:path";
import {
  dockerConfigFile,
  dockerConfigFolder,
  type Environment,
  readDockerJson,
} from "../../registry/index.ts";
import { EXIT } from "../../support/error.ts";
import { engineError } from "../errors.ts";

/** A docker context: where its engine is and where its TLS files lie. */
export interface DockerContext {
  host: string;
  skipTlsVerify: boolean;
  /** `ca.pem`, `cert.pem` and `key.pem`, those that the context has. */
  tlsFolder: string;
}

/** The context in use by the docker command line's configuration, and the file that says so. */
export async function currentContext(environment: Environment): Promise<{ name: string; source: string }> {
  const source = dockerConfigFile(environment);
  const name = (await readDockerJson(source))?.currentContext;
  return { name: typeof name === "string" && name !== "" ? name : "default", source };
}

/** Reads a context that was made with `docker context create`. Fails with DOCKER_CONTEXT_UNKNOWN. */
export async function readDockerContext(options: {
  name: string;
  /** Where the name came from. */
  source: string;
  environment: Environment;
}): Promise<DockerContext> {
  const { name, source } = options;
  const folder = path.join(dockerConfigFolder(options.environment), "contexts");
  const id = createHash("sha256").update(name).digest("hex");
  const meta = await readDockerJson(path.join(folder, "meta", id, "meta.json"));
  const endpoint = (meta?.Endpoints as Record<string, ContextEndpoint> | undefined)?.docker;
  if (endpoint?.Host === undefined) {
    const known = await contextNames(path.join(folder, "meta"));
    throw engineError({
      code: "DOCKER_CONTEXT_UNKNOWN",
      message: `Docker context "${name}" (from ${source}) ${meta === undefined ? "does not exist" : "has no docker endpoint"} in ${folder}.`,
      hint: `Known contexts: ${["default", ...known].join(", ")}. Choose one with DOCKER_CONTEXT or \`docker context use\`.`,
      exitCode: EXIT.usage,
    });
  }
  return {
    host: endpoint.Host,
    skipTlsVerify: endpoint.SkipTLSVerify === true,
    tlsFolder: path.join(folder, "tls", id, "docker"),
  };
}

interface ContextEndpoint {
  Host?: string;
  SkipTLSVerify?: boolean;
}

async function contextNames(folder: string): Promise<string[]> {
  const ids = await readdir(folder).catch(() => []);
  const metas = await Promise.all(
    ids.map((id) => readDockerJson(path.join(folder, id, "meta.json")).catch(() => undefined)),
  );
  return metas.flatMap((meta) => (typeof meta?.Name === "string" ? [meta.Name] : [])).sort();
}
