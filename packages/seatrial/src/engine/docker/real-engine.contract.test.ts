import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { connect, createServer } from "node:net";
import path from "node:path";
import { build } from "esbuild";
import { beforeAll, describe, expect, test } from "vitest";
import { createFolder } from "../../support/testing/folder.ts";
import { type ContractContext, readAll, useContext } from "../testing/contract-context.ts";
import { connectDocker, resolveEndpoint } from "./index.ts";
import { realEngine } from "./testing/real-engine.ts";

describe("a real Docker Engine", () => {
  const context = useContext(realEngine);

  test("a container whose memory was too little says so, although it is gone", async () => {
    const { engine, signal, spec, launch } = context();
    // Its first process outlives the hungry one until the engine has heard of the memory: else it may remove the container before.
    const hungry = ["/bin/sh", "-c", "tail /dev/zero; echo killed; read -r line; exit 137"];
    const { id, stream, exit } = await launch(spec(hungry, { limits: { memoryBytes: 20_000_000 } }));
    await once(stream, "data");
    await heardOfMemory(id);
    stream.end("go on\n");
    stream.resume();
    expect(await exit).toEqual({ exitCode: 137, outOfMemory: true });
    expect(await engine.workloads.inspect(id, signal)).toBeUndefined();
  });

  test("a failure that is none of memory's is told from it", async () => {
    const { spec, launch, subject } = context();
    const { stream, exit } = await launch(spec(subject.argv.exit(137)));
    stream.resume();
    expect(await exit).toEqual({ exitCode: 137, outOfMemory: false });
  });

  test("limits and a read-only root hold, and tmpfs can be written", async () => {
    const { spec, run } = context();
    const script =
      "touch /x 2>/dev/null || echo read-only; touch /scratch/x && echo written; id -u; ulimit -n; pwd";
    const limited = spec(["/bin/sh", "-c", script], {
      user: "1234",
      workingDir: "/usr/bin",
      mounts: [{ kind: "tmpfs", target: "/scratch", sizeBytes: 1_000_000, mode: 0o1777 }],
      limits: { ulimits: [{ name: "nofile", soft: 99, hard: 99 }], pids: 50, cpus: 0.5, memoryBytes: 64e6 },
    });
    limited.security.readOnlyRoot = true;
    const { stdout } = await run(limited);
    expect(stdout).toBe("read-only\nwritten\n1234\n99\n/usr/bin\n");
  });

  test("containers of one network find each other by alias", async () => {
    const { engine, signal, labels, name, subnet, spec, subject, launch, run } = context();
    const network = { name: name("aliases"), labels, subnet: subnet(), internal: false };
    const id = await engine.networks.create(network, signal);
    const web = await launch(spec(subject.argv.sleep, { network: { id, aliases: ["web"] } }));
    const address = (await engine.workloads.inspect(web.id, signal))?.addresses[network.name];
    const asking = spec(["/usr/bin/getent", "hosts", "web"], { network: { id, aliases: [] } });
    expect((await run(asking)).stdout.split(/\s+/)[0]).toBe(address);
    await engine.workloads.remove(web.id, signal);
    await engine.networks.remove(id, signal);
  });

  test("a subnet that is taken is refused by this machine's routes, and by the engine where they say nothing", async ({
    skip,
  }) => {
    const { engine, signal, labels, name, subnet } = context();
    const endpoint = await resolveEndpoint(process.env);
    await using blind = connectDocker({ endpoint, environment: process.env, routeTable: "/dev/null" });
    const spec = { name: name("routed"), labels, subnet: subnet(), internal: false };
    const id = await engine.networks.create(spec, signal);
    const again = { ...spec, name: name("again") };
    const refused = blind.networks.create(again, signal);
    await expect(refused).toThrowWithCode("SUBNET_TAKEN");
    await expect(refused).rejects.not.toThrow("this machine has a route");
    const isHere = endpoint.address.kind === "unix" && existsSync(`/sys/class/net/br-${id.slice(0, 12)}`);
    if (isHere)
      await expect(engine.networks.create(again, signal)).rejects.toThrow("this machine has a route");
    await engine.networks.remove(id, signal);
    if (!isHere) skip("the engine's bridges are not on this machine");
  });

  test("a registry that does not exist is told from an image that does not", async () => {
    const { engine, signal } = context();
    const pulling = engine.images.pull("registry.invalid/seatrial/none:1", {
      onProgress: () => undefined,
      signal,
    });
    await expect(pulling).toThrowWithCode("REGISTRY_UNREACHABLE");
  });

  test("the same is true over TCP", async () => {
    const { spec, subject, labels, signal } = context();
    await using front = await forwardTo((await resolveEndpoint(process.env)).address);
    const environment = {
      ...process.env,
      DOCKER_HOST: `tcp://127.0.0.1:${front.port}`,
      DOCKER_TLS_VERIFY: "",
    };
    await using engine = connectDocker({ endpoint: await resolveEndpoint(environment), environment });
    expect(engine.commandEnvironment).toEqual({ DOCKER_HOST: `tcp://127.0.0.1:${front.port}` });
    const id = await engine.workloads.create(spec(subject.argv.echo), signal);
    const stream = await engine.workloads.attach(id, { onStderr: () => undefined, signal });
    const exit = engine.workloads.waitForExit(id, signal);
    await engine.workloads.start(id, signal);
    stream.end(Buffer.alloc(1_000_000, "x"));
    expect((await readAll(stream)).length).toBe(1_000_000);
    expect((await exit).exitCode).toBe(0);
    expect((await engine.workloads.list(labels, signal)).map((each) => each.id)).not.toContain(id);
  });

  describe("when its owner is killed", () => {
    let owner = "";
    beforeAll(async () => {
      owner = await bundle(`
        import { connectDocker, resolveEndpoint } from ${JSON.stringify(path.join(import.meta.dirname, "index.ts"))};
        const { signal } = new AbortController();
        const engine = connectDocker({ endpoint: await resolveEndpoint(process.env), environment: process.env });
        const id = await engine.workloads.create(JSON.parse(process.argv[2]), signal);
        const stream = await engine.workloads.attach(id, { onStderr: () => undefined, signal });
        stream.on("data", () => console.log(id));
        await engine.workloads.start(id, signal);
        stream.write("alive");
      `);
    });

    test("a container that reads its stdin is gone with its anonymous volumes", async () => {
      const { engine, signal, spec, subject } = context();
      const owned = spec(subject.argv.echo, { mounts: [{ kind: "anonymous", target: "/scratch" }] });
      const child = spawn(process.execPath, ["--input-type=module", "-", JSON.stringify(owned)], {
        stdio: ["pipe", "pipe", "inherit"],
      });
      child.stdin.end(owner);
      const [line] = (await once(child.stdout, "data")) as [Buffer];
      const id = line.toString().trim();
      const scratch = (await engine.workloads.inspect(id, signal))?.volumes["/scratch"];
      const exit = engine.workloads.waitForExit(id, signal);
      const killedAt = performance.now();
      child.kill("SIGKILL");
      await exit;
      expect(performance.now() - killedAt).toBeLessThan(5_000);
      expect(await engine.workloads.inspect(id, signal)).toBeUndefined();
      await expectNoVolume(context(), scratch);
    });
  });
});

async function expectNoVolume({ engine, signal }: ContractContext, name: string | undefined): Promise<void> {
  expect(name).toBeDefined();
  const volumes = await engine.volumes.list({}, signal);
  expect(volumes.map((each) => each.name)).not.toContain(name);
}

/** A program that Node 20 can run, from TypeScript. */
async function bundle(source: string): Promise<string> {
  await using folder = await createFolder({ "owner.ts": source });
  const result = await build({
    entryPoints: [path.join(folder.path, "owner.ts")],
    bundle: true,
    write: false,
    platform: "node",
    format: "esm",
    target: "node20",
  });
  return result.outputFiles[0]?.text ?? "";
}

/** A TCP port in front of wherever the engine is. */
async function forwardTo(address: { kind: string; path?: string; host?: string; port?: number | undefined }) {
  const target =
    address.kind === "unix"
      ? { path: address.path ?? "" }
      : { host: address.host ?? "", port: address.port ?? 2375 };
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    const upstream = connect({ ...target, allowHalfOpen: true });
    upstream.on("error", () => socket.destroy());
    socket.on("error", () => upstream.destroy());
    socket.pipe(upstream).pipe(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const bound = server.address();
  const port = typeof bound === "object" && bound !== null ? bound.port : 0;
  return { port, [Symbol.asyncDispose]: async () => void server.close() };
}

/** Resolves when the engine has noted that a process of the container was killed for memory. */
async function heardOfMemory(container: string): Promise<void> {
  const filters = ["--filter", `container=${container}`, "--filter", "event=oom"];
  const events = spawn("docker", ["events", "--since", "1", ...filters], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  await Promise.race([once(events.stdout, "data"), once(events, "exit")]);
  events.kill();
}
