import { once } from "node:events";
import { connect as connectHttp2, performServerHandshake } from "node:http2";
import { describe, expect, test } from "vitest";
import type { WorkloadSpec } from "../index.ts";
import { createMemoryEngine, type MemoryPrograms } from "./index.ts";

const signal = new AbortController().signal;
const SECURITY = {
  privileged: false,
  readOnlyRoot: false,
  capAdd: [],
  capDrop: [],
  options: [],
  groupAdd: [],
  sysctls: {},
  devices: [],
};

function spec(changes: Partial<WorkloadSpec> = {}): WorkloadSpec {
  return {
    name: "web",
    image: "base:1",
    labels: {},
    entrypoint: ["program"],
    command: [],
    user: "",
    env: {},
    mounts: [],
    limits: {},
    security: SECURITY,
    extraHosts: [],
    ...changes,
  };
}

async function launch(programs: MemoryPrograms, changes: Partial<WorkloadSpec> = {}) {
  const engine = createMemoryEngine({
    programs,
    images: [
      {
        reference: "base:1",
        config: { entrypoint: ["image-program"], env: { FROM: "image", BOTH: "image" }, volumes: ["/data"] },
        files: { "/data/seed": "grown", "/etc/name": "base" },
      },
    ],
  });
  const id = await engine.workloads.create(spec(changes), signal);
  const stderr: string[] = [];
  const stream = await engine.workloads.attach(id, {
    onStderr: (chunk) => void stderr.push(chunk.toString()),
    signal,
  });
  const exit = engine.workloads.waitForExit(id, signal);
  await engine.workloads.start(id, signal);
  return { engine, id, stream, stderr, exit };
}

describe("a program in memory", () => {
  test("that throws ends with code 1 and its message on stderr", async () => {
    const { exit, stderr } = await launch({
      program: async () => {
        throw new Error("no configuration");
      },
    });
    expect(await exit).toEqual({ exitCode: 1 });
    expect(stderr).toEqual(["no configuration\n"]);
  });

  test("can say that it ran out of memory", async () => {
    const { exit } = await launch({ program: async () => ({ exitCode: 137, outOfMemory: true }) });
    expect(await exit).toEqual({ exitCode: 137, outOfMemory: true });
  });

  test("sees the image's command line, variables and files, with the workload's over them", async () => {
    let seen: unknown;
    const { exit } = await launch(
      {
        "*": async ({ argv, env, files }) => {
          seen = { argv, env, name: files.read("/etc/name")?.toString(), none: files.read("/none") };
          return 0;
        },
      },
      { entrypoint: [], command: ["serve"], env: { BOTH: "workload" } },
    );
    await exit;
    expect(seen).toEqual({
      argv: ["image-program", "serve"],
      env: { FROM: "image", BOTH: "workload" },
      name: "base",
      none: undefined,
    });
  });

  test("finds declared volumes filled from the image, and they go with the container", async () => {
    let seed: string | undefined;
    const { engine, exit } = await launch({
      program: async ({ files }) => {
        seed = files.read("/data/seed")?.toString();
        files.write("/data/seed", "changed");
        return 0;
      },
    });
    await exit;
    expect(seed).toBe("grown");
    expect(await engine.volumes.list({}, signal)).toEqual([]);
  });

  test("is told when it is killed, and its later words count no more", async () => {
    let told = false;
    const { engine, id, exit } = await launch({
      program: async (container) => {
        await once(container.signal, "abort");
        told = true;
        return 5;
      },
    });
    await engine.workloads.remove(id, signal);
    expect(await exit).toEqual({ exitCode: 137 });
    expect(told).toBe(true);
  });

  test("can serve HTTP/2 over its stdin and stdout, as the agent does", async () => {
    const { stream, exit } = await launch({
      program: async ({ stdio }) => {
        const session = performServerHandshake(stdio);
        session.on("stream", (stream) => {
          stream.respond({ ":status": 200 });
          stream.end("hello");
        });
        await once(session, "close");
        return 0;
      },
    });
    const client = connectHttp2("http://agent", { createConnection: () => stream });
    const request = client.request({ ":path": "/v1/hello" });
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    expect(Buffer.concat(chunks).toString()).toBe("hello");
    client.close();
    expect(await exit).toEqual({ exitCode: 0 });
  });
});

describe("images in memory", () => {
  test("come from the registry that was given, and from nowhere else", async () => {
    const engine = createMemoryEngine({ registry: [{ reference: "redis:8", config: { ports: [6379] } }] });
    const notes: string[] = [];
    const options = { onProgress: (note: string) => void notes.push(note), signal };
    expect(await engine.images.inspect("redis:8", signal)).toBeUndefined();
    const pulled = await engine.images.pull("redis:8", options);
    expect(pulled.config.ports).toEqual([6379]);
    expect((await engine.images.inspect("redis:8", signal))?.id).toBe(pulled.id);
    expect(notes).not.toEqual([]);
    await expect(engine.images.pull("redis:7", options)).toThrowWithCode("IMAGE_NOT_FOUND");
  });

  test("a name moves to the newest image that is given it", async () => {
    const engine = createMemoryEngine({ images: [{ reference: "a:1" }, { reference: "b:1" }] });
    const b = await engine.images.inspect("b:1", signal);
    await engine.images.tag(b?.id ?? "", "a:1", signal);
    expect((await engine.images.inspect("a:1", signal))?.id).toBe(b?.id);
  });
});

test("an image that was pushed can be pulled by its digest, and says so itself", async () => {
  const seen: string[] = [];
  const engine = createMemoryEngine({
    images: [{ reference: "registry.example.com/app:1" }],
    onPush: async (reference) => {
      seen.push(reference);
      return { digest: `sha256:${"a".repeat(64)}`, size: 12 };
    },
  });
  const options = { onProgress: () => undefined, signal: new AbortController().signal };
  const { digest, size } = await engine.images.push("registry.example.com/app:1", options);
  expect({ digest, size, seen }).toEqual({
    digest: `sha256:${"a".repeat(64)}`,
    size: 12,
    seen: ["registry.example.com/app:1"],
  });
  const name = `registry.example.com/app@${digest}`;
  const image = await engine.images.inspect("registry.example.com/app:1", options.signal);
  expect(image?.repoDigests).toEqual([name]);
  expect((await engine.images.pull(name, options)).id).toBe(image?.id);
});
