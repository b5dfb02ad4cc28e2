import type { ContractSubject } from "../../contract.ts";
import { connectDocker, resolveEndpoint } from "../index.ts";

/** An image with a shell; machines that cannot reach Docker Hub have the rig's stand-in under the same name. */
const BASE = "debian:13";

const shell = (script: string) => ["/bin/sh", "-c", script];
const quoted = (text: string) => `'${text.replaceAll("'", `'\\''`)}'`;
const write = ([path, content]: [string, string]) =>
  `mkdir -p "$(dirname ${path})" && printf %s ${quoted(content)} > ${path}`;

/** The engine that the environment names, for the contract. */
export async function realEngine(): Promise<ContractSubject> {
  const connect = async () =>
    connectDocker({ endpoint: await resolveEndpoint(process.env), environment: process.env });
  await using engine = await connect();
  const { signal } = new AbortController();
  const image =
    (await engine.images.inspect(BASE, signal)) ??
    (await engine.images.pull(BASE, { onProgress: () => undefined, signal }));
  return {
    connect,
    image: image.id,
    argv: {
      echo: ["/bin/cat"],
      exit: (code) => shell(`exit ${code}`),
      say: ({ stdout, stderr }) => shell(`printf %s ${quoted(stdout)}; printf %s ${quoted(stderr)} >&2`),
      writeThenEcho: (files) => shell(`${Object.entries(files).map(write).join(" && ")} && exec cat`),
      read: (path) => shell(`cat ${path} 2>/dev/null || printf missing`),
      sleep: ["/bin/sleep", "300"],
    },
  };
}
