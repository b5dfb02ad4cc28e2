import { describe, expect, test } from "vitest";
import { type ContractSubject, useContext } from "./testing/contract-context.ts";
import { describeImages } from "./testing/contract-images.ts";
import { describeNetworksAndVolumes } from "./testing/contract-networks-volumes.ts";
import { describeStreams } from "./testing/contract-streams.ts";
import { describeWorkloads } from "./testing/contract-workloads.ts";

export type { ContractSubject } from "./testing/contract-context.ts";

/** What every driver of the engine promises, as tests. `make` is called once. */
export function describeEngineContract(name: string, make: () => Promise<ContractSubject>): void {
  describe(`the engine contract: ${name}`, () => {
    const context = useContext(make);

    test("an engine says what it is", async () => {
      const { engine, signal } = context();
      const capabilities = await engine.capabilities(signal);
      expect(capabilities.name).not.toBe("");
      expect(capabilities.platform).toMatch(/^\w+\/\w+/);
      expect(capabilities.cpus).toBeGreaterThan(0);
      expect(engine.endpoint).toMatch(/^\w+:\/\//);
    });

    test("an engine tells its own time, by which its things are dated", async () => {
      const { engine, signal, labels, spec, subject } = context();
      const before = await engine.clock(signal);
      const id = await engine.workloads.create(spec(subject.argv.echo), signal);
      const made = (await engine.workloads.list(labels, signal)).find((each) => each.id === id);
      const after = await engine.clock(signal);
      expect(made?.createdAt).toBeGreaterThanOrEqual(before - 1_000);
      expect(made?.createdAt).toBeLessThanOrEqual(after + 1_000);
      await engine.workloads.remove(id, signal);
    });

    test("two connections see the same engine, and closing one leaves the other alone", async () => {
      const { subject, engine, labels, signal, spec, launch } = context();
      const other = await subject.connect();
      const { id, stream, exit } = await launch(spec(subject.argv.echo));
      const seen = await other.workloads.list(labels, signal);
      expect(seen.map((each) => each.id)).toContain(id);
      await other[Symbol.asyncDispose]();
      expect((await engine.workloads.inspect(id, signal))?.state).toBe("running");
      stream.end();
      stream.resume();
      expect((await exit).exitCode).toBe(0);
    });

    test("every call refuses a signal that has aborted, with its reason", async () => {
      const { engine, spec, subject, labels, name, subnet } = context();
      const reason = new Error("stopped by the user");
      const signal = AbortSignal.abort(reason);
      const { images, workloads, networks, volumes } = engine;
      const network = { name: name("aborted"), labels, subnet: subnet(), internal: false };
      const calls: (() => Promise<unknown>)[] = [
        () => engine.capabilities(signal),
        () => engine.clock(signal),
        () => images.inspect("seatrial-contract", signal),
        () => images.pull("seatrial-contract", { onProgress: () => undefined, signal }),
        () => images.push("seatrial-contract", { onProgress: () => undefined, signal }),
        () => images.tag(subject.image, name("aborted"), signal),
        () => images.remove(name("aborted"), signal),
        () => images.list(labels, signal),
        () => images.export([subject.image], signal),
        () => images.commit("x", { reference: name("aborted"), labels, signal }),
        () => workloads.create(spec(subject.argv.echo, { name: name("aborted") }), signal),
        () => workloads.attach("x", { onStderr: () => undefined, signal }),
        () => workloads.start("x", signal),
        () => workloads.waitForExit("x", signal),
        () => workloads.inspect("x", signal),
        () => workloads.remove("x", signal),
        () => workloads.list(labels, signal),
        () => networks.create(network, signal),
        () => networks.remove("x", signal),
        () => networks.list(labels, signal),
        () => networks.users("x", signal),
        () => volumes.create(name("aborted"), labels, signal),
        () => volumes.remove("x", signal),
        () => volumes.list(labels, signal),
      ];
      for (const call of calls) await expect(call(), call.toString()).rejects.toBe(reason);
      const { signal: live } = context();
      const names = (await workloads.list(labels, live)).map((each) => each.name);
      expect(names).not.toContain(name("aborted"));
      const made = (await networks.list(labels, live)).map((each) => each.name);
      expect(made).not.toContain(name("aborted"));
    });

    describe("workloads", () => describeWorkloads(context));
    describe("attached streams", () => describeStreams(context));
    describe("images", () => describeImages(context));
    describe("networks and volumes", () => describeNetworksAndVolumes(context));
  });
}
