import { docker, eventually } from "./engine.ts";
import { project } from "./project.ts";
import { type RegistryKind, registryProgram } from "./registry-program.ts";
import { statusOf } from "./status-of.ts";

/** A registry of this test's own on a port of this machine. */
export interface TestRegistry extends AsyncDisposable {
  /** Its container. */
  name: string;
  /** `localhost:<port>` */
  host: string;
  /** Builds an image from nothing but a file with this text, pushes it, and leaves it in the registry only. */
  push(reference: string, text: string): Promise<void>;
}

export async function startRegistry(name: string, kind: RegistryKind): Promise<TestRegistry> {
  const { image, remove } = await registryProgram(kind);
  await docker("run", "--detach", "--rm", "--name", name, "--publish", "127.0.0.1::5000", image);
  const published = await docker("port", name, "5000/tcp");
  const host = `localhost:${published.split("\n")[0]?.split(":").at(-1)}`;
  await eventually({
    ask: () => statusOf(`http://${host}/v2/`),
    until: (answer) => answer === 200,
    within: 30_000,
  });
  return {
    name,
    host,
    async push(reference, text) {
      await using context = await project({ app: text, Dockerfile: "FROM scratch\nCOPY app /app\n" });
      await docker("build", "--quiet", "--tag", `${host}/${reference}`, context.folder);
      await docker("push", "--quiet", `${host}/${reference}`);
      await docker("image", "rm", `${host}/${reference}`);
    },
    async [Symbol.asyncDispose]() {
      await docker("rm", "--force", "--volumes", name);
      await remove();
    },
  };
}
