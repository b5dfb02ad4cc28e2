import { describe, expect, test } from "vitest";
import type { FakeProcessScript } from "../agent/testing/index.ts";
import type { FileSpec, ServiceSpec } from "../model/index.ts";
import { deferred } from "../support/abort.ts";
import { presetFor } from "./presets/index.ts";
import type { RunningService } from "./service.ts";
import { startService } from "./start.ts";
import { makeWorld, servicePlan, type World } from "./testing/world.ts";

const signal = new AbortController().signal;
const IMAGE = {
  reference: "postgres:17",
  config: { entrypoint: ["docker-entrypoint.sh"], command: ["postgres"], env: { LANG: "C" } },
};
const env = { POSTGRES_PASSWORD: "word" };

/** A postgres that notes what reaches it, and ends with this code when it is asked to. */
function postgres(options: { code?: number } = {}) {
  const starts: { argv: string[]; data: string | undefined }[] = [];
  const signals: string[] = [];
  const script: FakeProcessScript = async function* (spec, io) {
    starts.push({ argv: spec.argv, data: spec.env?.["PGDATA"] });
    yield { stdout: `start ${starts.length}\n` };
    signals.push(await io.nextSignal());
    yield { exit: options.code ?? 0 };
  };
  return { starts, signals, script };
}

async function worldWith(server: { script: FakeProcessScript }): Promise<World> {
  return await makeWorld({
    images: [IMAGE],
    script: () => ({
      processes: server.script,
      probe: () => ({ ready: true, saw: "accepted", instance: "1" }),
    }),
  });
}

async function boot(world: World, changes: Partial<ServiceSpec> = {}): Promise<RunningService> {
  const image = { kind: "reference", reference: "postgres:17", pull: "missing" } as const;
  const preset = presetFor({ image: image.reference, env });
  return await startService({
    plan: servicePlan(
      { image, env, command: undefined, ...changes },
      { confirmations: preset?.confirmations ?? 1, snapshot: preset?.snapshot },
    ),
    runtime: world.runtime,
    dependencies: Promise.resolve(),
    onNote: world.onNote,
    signal,
  });
}

describe("a snapshot", () => {
  test("is taken after the first boot and a clean stop, and the next run starts from it", async () => {
    const first = postgres();
    const world = await worldWith(first);
    const taken = await boot(world);
    expect(taken.snapshot).toBe("taken");
    // Its data lies where a commit sees it, and nothing waits for the disk.
    expect(first.starts).toHaveLength(2);
    expect(first.starts[0]?.data).toBe("/.seatrial-data/postgres");
    expect(first.starts[0]?.argv).toContain("fsync=off");
    expect(first.signals).toEqual(["INT"]);
    expect(world.textOf("db")).toBe("start 1\nstart 2\n");
    await taken[Symbol.asyncDispose]();
    const used = await boot(world);
    expect(used.snapshot).toBe("used");
    expect(used.imageId).toBe(taken.imageId);
    expect(first.starts).toHaveLength(3);
    const [container] = await world.engine.workloads.list({ "seatrial.service": "db" }, signal);
    const details = await world.engine.workloads.inspect(container?.id ?? "", signal);
    expect(details?.image).not.toBe(used.imageId);
    await used[Symbol.asyncDispose]();
  });

  test("is not taken of a service that does not stop cleanly, which then goes on without one", async () => {
    const world = await worldWith(postgres({ code: 1 }));
    await using service = await boot(world);
    expect(service).toMatchObject({ snapshot: "none", status: "ready" });
    expect(await world.snapshots.list(signal)).toEqual([]);
    expect(world.notes).toContain("starting again, without a snapshot");
  });

  test("that the engine cannot keep costs the service nothing", async () => {
    const world = await worldWith(postgres());
    world.engine.images.commit = () => Promise.reject(new Error("no space left on device"));
    await using service = await boot(world);
    expect(service).toMatchObject({ snapshot: "none", status: "ready" });
  });

  test("that is being taken when the run stops leaves no container", async () => {
    const world = await worldWith(postgres());
    const stop = new AbortController();
    const reason = new Error("stopped");
    const begun = deferred<void>();
    world.engine.images.commit = (_workload, options) => {
      begun.resolve();
      return new Promise((_resolve, reject) =>
        options.signal.addEventListener("abort", () => reject(options.signal.reason), { once: true }),
      );
    };
    const image = { kind: "reference", reference: "postgres:17", pull: "missing" } as const;
    const starting = startService({
      plan: servicePlan(
        { image, env, command: undefined },
        { snapshot: presetFor({ image: image.reference, env })?.snapshot },
      ),
      runtime: world.runtime,
      dependencies: Promise.resolve(),
      onNote: world.onNote,
      signal: stop.signal,
    });
    starting.catch(() => undefined);
    await begun.promise;
    stop.abort(reason);
    await expect(starting).rejects.toBe(reason);
    expect(await world.containers()).toEqual([]);
  });

  test("is neither taken nor used for a service that says so, or without a store", async () => {
    const server = postgres();
    const world = await worldWith(server);
    await using said = await boot(world, { snapshots: false });
    expect(said.snapshot).toBe("none");
    expect(server.starts[0]?.data).toBeUndefined();
    await said[Symbol.asyncDispose]();
    world.runtime.snapshots = undefined;
    await using fresh = await boot(world);
    expect(fresh.snapshot).toBe("none");
    // Without one it is still started where nothing waits for the disk.
    expect(server.starts[1]?.argv).toContain("fsync=off");
    expect(await world.snapshots.list(signal)).toEqual([]);
  });

  test("never holds a secret: one outside of /run/secrets prevents it, as text and as a file", async () => {
    const world = await worldWith(postgres());
    const secrets: FileSpec["from"][] = [
      { kind: "content", content: "key", secret: true },
      { kind: "path", path: import.meta.filename, secret: true },
    ];
    const seen: string[] = [];
    for (const from of secrets) {
      for (const target of ["/etc/ssl/key", "/run/secrets/../key", "/run/secrets/key"]) {
        await using service = await boot(world, { files: [{ from, target }] });
        seen.push(service.snapshot);
      }
    }
    expect(seen).toEqual(["none", "none", "taken", "none", "none", "taken"]);
  });

  test("is neither taken nor used where a shared volume may have a part in the first boot", async () => {
    const server = postgres();
    const world = await worldWith(server);
    const shared = (target: string): Partial<ServiceSpec> => ({
      mounts: [{ kind: "volume", name: "sql", target, readOnly: true }],
    });
    const boots: Partial<ServiceSpec>[] = [
      shared("/docker-entrypoint-initdb.d"),
      shared("/docker-entrypoint-initdb.d/more/"),
      { ...shared("/conf"), command: ["postgres", "-c", "config_file=/conf/pg.conf"] },
      { ...shared("/keys"), env: { POSTGRES_PASSWORD_FILE: "/keys/password" } },
      shared("/var/backups"),
      { mounts: [{ kind: "anonymous", target: "/docker-entrypoint-initdb.d" }] },
    ];
    const seen: string[] = [];
    for (const changes of boots) {
      await using service = await boot(world, changes);
      seen.push(service.snapshot);
    }
    expect(seen).toEqual(["none", "none", "none", "none", "taken", "used"]);
    expect(server.starts[0]?.data).toBe("/.seatrial-data/postgres");
  });

  test("is another one with another password, init file or image argument, not with another terminal", async () => {
    const server = postgres();
    const world = await worldWith(server);
    const init = (content: string) => ({
      from: { kind: "content", content, secret: false } as const,
      target: "/docker-entrypoint-initdb.d/1.sql",
    });
    const boots: Partial<ServiceSpec>[] = [
      {},
      { env: { POSTGRES_PASSWORD: "other" } },
      { files: [init("CREATE TABLE a()")] },
      { files: [init("CREATE TABLE b()")] },
      { command: ["postgres", "-c", "jit=off"] },
      { env: { ...env, TERM: "xterm" } },
    ];
    const seen: string[] = [];
    for (const changes of boots) {
      await using service = await boot(world, changes);
      seen.push(service.snapshot);
    }
    expect(seen).toEqual(["taken", "taken", "taken", "taken", "taken", "used"]);
  });
});
