import { expect, test } from "vitest";
import type { ContractContext } from "./contract-context.ts";

export function describeWorkloads(context: () => ContractContext): void {
  test("a name is taken while its container exists", async () => {
    const { engine, signal, spec, subject, name } = context();
    const wanted = spec(subject.argv.echo, { name: name("unique") });
    const id = await engine.workloads.create(wanted, signal);
    await expect(engine.workloads.create(wanted, signal)).toThrowWithCode("NAME_TAKEN");
    await engine.workloads.remove(id, signal);
    const again = await engine.workloads.create(wanted, signal);
    await engine.workloads.remove(again, signal);
  });

  test("an image that the engine does not hold is refused", async () => {
    const { engine, signal, spec, subject } = context();
    const missing = spec(subject.argv.echo, { image: `sha256:${"0".repeat(64)}` });
    await expect(engine.workloads.create(missing, signal)).toThrowWithCode("IMAGE_NOT_FOUND");
  });

  test("a created container that was never started is listed as such, and can be removed", async () => {
    const { engine, signal, spec, subject, labels } = context();
    const own = { ...labels, "seatrial.contract.case": "never-started" };
    const before = Date.now();
    const wanted = spec(subject.argv.echo, { labels: own });
    const id = await engine.workloads.create(wanted, signal);
    const [listed, ...others] = await engine.workloads.list(own, signal);
    expect(others).toEqual([]);
    expect(listed).toMatchObject({ id, name: wanted.name, state: "created" });
    expect(listed?.labels).toMatchObject(own);
    // Engines count whole seconds.
    expect(listed?.createdAt).toBeGreaterThanOrEqual(before - 2_000);
    await engine.workloads.remove(id, signal);
    expect(await engine.workloads.list(own, signal)).toEqual([]);
    expect(await engine.workloads.inspect(id, signal)).toBeUndefined();
  });

  test("listing wants all labels", async () => {
    const { engine, signal, spec, subject, labels } = context();
    const id = await engine.workloads.create(
      spec(subject.argv.echo, { labels: { ...labels, "seatrial.contract.case": "one" } }),
      signal,
    );
    const other = { ...labels, "seatrial.contract.case": "two" };
    expect(await engine.workloads.list(other, signal)).toEqual([]);
    await engine.workloads.remove(id, signal);
  });

  test.each([0, 7, 255])("exit code %i comes back, and the container is gone", async (code) => {
    const { engine, signal, spec, subject, launch } = context();
    const { id, stream, exit } = await launch(spec(subject.argv.exit(code)));
    stream.resume();
    expect((await exit).exitCode).toBe(code);
    expect(await engine.workloads.inspect(id, signal)).toBeUndefined();
  });

  test("the anonymous volumes of a container go with it, its named ones stay", async () => {
    const { engine, signal, spec, subject, labels, name, launch } = context();
    await engine.volumes.create(name("stays"), labels, signal);
    const { id, stream, exit } = await launch(
      spec(subject.argv.echo, {
        mounts: [
          { kind: "anonymous", target: "/scratch" },
          { kind: "volume", name: name("stays"), target: "/kept", readOnly: false },
        ],
      }),
    );
    const volumes = (await engine.workloads.inspect(id, signal))?.volumes ?? {};
    const scratch = volumes["/scratch"];
    expect(scratch).toBeDefined();
    expect(volumes["/kept"]).toBe(name("stays"));
    const during = (await engine.volumes.list({}, signal)).map((each) => each.name);
    expect(during).toContain(scratch);
    stream.end();
    stream.resume();
    await exit;
    const after = (await engine.volumes.list({}, signal)).map((each) => each.name);
    expect(after).not.toContain(scratch);
    expect(after).toContain(name("stays"));
    await engine.volumes.remove(name("stays"), signal);
  });

  test("removing takes a running container with its anonymous volumes, and tells who waits", async () => {
    const { engine, signal, spec, subject, launch } = context();
    const { id, stream, exit } = await launch(
      spec(subject.argv.sleep, { mounts: [{ kind: "anonymous", target: "/scratch" }] }),
    );
    stream.resume();
    const scratch = (await engine.workloads.inspect(id, signal))?.volumes["/scratch"];
    await engine.workloads.remove(id, signal);
    expect(await engine.workloads.inspect(id, signal)).toBeUndefined();
    expect((await exit).exitCode).not.toBe(0);
    const volumes = await engine.volumes.list({}, signal);
    expect(volumes.map((each) => each.name)).not.toContain(scratch);
  });

  test("what is missing can be removed, and nothing else be done with it", async () => {
    const { engine, signal } = context();
    const missing = "f".repeat(64);
    await engine.workloads.remove(missing, signal);
    expect(await engine.workloads.inspect(missing, signal)).toBeUndefined();
    await expect(engine.workloads.start(missing, signal)).toThrowWithCode("WORKLOAD_NOT_FOUND");
    await expect(engine.workloads.waitForExit(missing, signal)).toThrowWithCode("WORKLOAD_NOT_FOUND");
    await expect(engine.workloads.attach(missing, { onStderr: () => undefined, signal })).toThrowWithCode(
      "WORKLOAD_NOT_FOUND",
    );
  });

  test("a program that does not exist is an error of the start, and leaves nothing", async () => {
    const { engine, signal, spec, labels } = context();
    const own = { ...labels, "seatrial.contract.case": "no-program" };
    const id = await engine.workloads.create(spec(["/no/such/program"], { labels: own }), signal);
    await expect(engine.workloads.start(id, signal)).toThrowWithCode("ENGINE_FAILED");
    await engine.workloads.remove(id, signal);
    expect(await engine.workloads.list(own, signal)).toEqual([]);
  });

  test("a published port is answered at a port that the engine chose, as long as the container runs", async () => {
    const { engine, signal, spec, subject, labels, name, subnet, launch } = context();
    const network = await engine.networks.create(
      { name: name("published"), labels, subnet: subnet(), internal: false },
      signal,
    );
    const joined = { network: { id: network, aliases: [] } };
    const both = await Promise.all(
      [1, 2].map(() => launch(spec(subject.argv.echo, { ...joined, publish: [5432, 80] }))),
    );
    const published = await Promise.all(
      both.map(async ({ id }) => (await engine.workloads.inspect(id, signal))?.published ?? {}),
    );
    for (const ports of published) expect(Object.keys(ports).sort()).toEqual(["5432", "80"]);
    const chosen = published.flatMap((ports) => Object.values(ports));
    expect(new Set(chosen).size).toBe(4);
    for (const port of chosen) expect(port).toBeGreaterThan(0);

    const plain = await launch(spec(subject.argv.echo, joined));
    expect((await engine.workloads.inspect(plain.id, signal))?.published).toEqual({});
    for (const { id, stream } of [...both, plain]) {
      stream.resume();
      await engine.workloads.remove(id, signal);
    }
    await engine.networks.remove(network, signal);
  });

  test("a container that is to stay can be looked at after its end", async () => {
    const { engine, signal, spec, subject, launch } = context();
    const { id, stream, exit } = await launch(spec(subject.argv.exit(3), { removeOnExit: false }));
    stream.resume();
    expect((await exit).exitCode).toBe(3);
    expect((await engine.workloads.inspect(id, signal))?.state).toBe("exited");
    await engine.workloads.remove(id, signal);
  });

  test("a wait that is given up leaves the container running", async () => {
    const { engine, signal, spec, subject, launch } = context();
    const { id } = await launch(spec(subject.argv.sleep));
    const stop = new AbortController();
    const waiting = engine.workloads.waitForExit(id, stop.signal);
    const reason = new Error("no longer of interest");
    setTimeout(() => stop.abort(reason), 20);
    await expect(waiting).rejects.toBe(reason);
    expect((await engine.workloads.inspect(id, signal))?.state).toBe("running");
    await engine.workloads.remove(id, signal);
  });
}
