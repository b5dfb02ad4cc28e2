import { expect, test } from "vitest";
import type { ContractContext } from "./contract-context.ts";

export function describeNetworksAndVolumes(context: () => ContractContext): void {
  test("a network carries its labels and its subnet", async () => {
    const { engine, signal, labels, name, subnet } = context();
    const spec = { name: name("net"), labels, subnet: subnet(), internal: false };
    const before = Date.now();
    const id = await engine.networks.create(spec, signal);
    const listed = (await engine.networks.list(labels, signal)).find((each) => each.id === id);
    expect(listed).toMatchObject({ name: spec.name, subnets: [spec.subnet], labels });
    expect(listed?.createdAt).toBeGreaterThanOrEqual(before - 2_000);
    await engine.networks.remove(id, signal);
    const left = await engine.networks.list(labels, signal);
    expect(left.map((each) => each.id)).not.toContain(id);
  });

  test("a taken name and an overlapping subnet are refused", async () => {
    const { engine, signal, labels, name, subnet } = context();
    const spec = { name: name("first"), labels, subnet: subnet(), internal: true };
    const id = await engine.networks.create(spec, signal);
    await expect(engine.networks.create({ ...spec, subnet: subnet() }, signal)).toThrowWithCode("NAME_TAKEN");
    const around = spec.subnet.replace(/\.\d+\/29$/, ".0/24");
    for (const taken of [spec.subnet, around]) {
      await expect(
        engine.networks.create({ ...spec, name: name("second"), subnet: taken }, signal),
      ).toThrowWithCode("SUBNET_TAKEN");
    }
    await engine.networks.remove(id, signal);
  });

  test("of several who want one subnet at once, one gets it", async () => {
    const { engine, signal, labels, name, subnet } = context();
    const wanted = subnet();
    const attempts = await Promise.allSettled(
      [1, 2, 3].map((index) =>
        engine.networks.create(
          { name: name(`race-${index}`), labels, subnet: wanted, internal: true },
          signal,
        ),
      ),
    );
    const won = attempts.filter((each) => each.status === "fulfilled");
    expect(won).toHaveLength(1);
    for (const each of attempts) {
      if (each.status === "rejected") expect(each.reason).toMatchObject({ code: "SUBNET_TAKEN" });
    }
    for (const each of won) await engine.networks.remove(each.value, signal);
  });

  test("a network with a running container stays; a missing one is fine to remove", async () => {
    const { engine, signal, labels, name, subnet, spec, subject, launch } = context();
    const network = { name: name("used"), labels, subnet: subnet(), internal: false };
    const id = await engine.networks.create(network, signal);
    const member = await launch(spec(subject.argv.sleep, { network: { id, aliases: ["member"] } }));
    member.stream.resume();
    await expect(engine.networks.remove(id, signal)).toThrowWithCode("NETWORK_IN_USE");
    const details = await engine.workloads.inspect(member.id, signal);
    const prefix = network.subnet.split(".").slice(0, 3).join(".");
    expect(details?.addresses[network.name]).toMatch(new RegExp(`^${prefix.replaceAll(".", "\\.")}\\.`));
    await engine.workloads.remove(member.id, signal);
    await engine.networks.remove(id, signal);
    await engine.networks.remove(id, signal);
  });

  test("a network tells who runs in it, whoever made the container, and a missing one has nobody to tell", async () => {
    const { engine, signal, labels, name, subnet, spec, subject, launch } = context();
    const network = { name: name("told"), labels, subnet: subnet(), internal: false };
    const id = await engine.networks.create(network, signal);
    const inIt = { network: { id, aliases: [] } };
    const waiting = await engine.workloads.create(spec(subject.argv.sleep, inIt), signal);
    expect(await engine.networks.users(id, signal)).toEqual([]);
    const member = await launch(spec(subject.argv.sleep, { ...inIt, name: name("member") }));
    member.stream.resume();
    expect(await engine.networks.users(id, signal)).toEqual([name("member")]);
    await engine.workloads.remove(member.id, signal);
    await engine.workloads.remove(waiting, signal);
    expect(await engine.networks.users(id, signal)).toEqual([]);
    await engine.networks.remove(id, signal);
    expect(await engine.networks.users(id, signal)).toBeUndefined();
  });

  test("a network can be removed the moment a wait for its container has ended", async () => {
    const { engine, signal, labels, name, subnet, spec, subject, launch } = context();
    const network = { name: name("after"), labels, subnet: subnet(), internal: false };
    const id = await engine.networks.create(network, signal);
    const member = await launch(spec(subject.argv.exit(0), { network: { id, aliases: [] } }));
    member.stream.resume();
    await member.exit;
    await engine.networks.remove(id, signal);
  });

  test("a volume is created once, carries its labels, and is removed when nobody uses it", async () => {
    const { engine, signal, labels, name, spec, subject } = context();
    await engine.volumes.create(name("data"), labels, signal);
    await engine.volumes.create(name("data"), labels, signal);
    const listed = (await engine.volumes.list(labels, signal)).filter((each) => each.name === name("data"));
    expect(listed).toHaveLength(1);
    expect(listed[0]?.labels).toEqual(labels);
    const mounts = [{ kind: "volume", name: name("data"), target: "/data", readOnly: false }] as const;
    const id = await engine.workloads.create(spec(subject.argv.echo, { mounts: [...mounts] }), signal);
    await expect(engine.volumes.remove(name("data"), signal)).toThrowWithCode("VOLUME_IN_USE");
    await engine.workloads.remove(id, signal);
    await engine.volumes.remove(name("data"), signal);
    await engine.volumes.remove(name("data"), signal);
  });

  test("a volume that a container names into being carries the container's labels", async () => {
    const { engine, signal, labels, name, spec, subject } = context();
    const mounts = [{ kind: "volume", name: name("implied"), target: "/data", readOnly: false }] as const;
    const id = await engine.workloads.create(spec(subject.argv.echo, { mounts: [...mounts] }), signal);
    const volumes = await engine.volumes.list(labels, signal);
    expect(volumes.map((each) => each.name)).toContain(name("implied"));
    await engine.workloads.remove(id, signal);
    await engine.volumes.remove(name("implied"), signal);
  });

  test("an empty volume takes over what the image has there, and a read-only one cannot be written", async () => {
    const { engine, signal, labels, name, spec, subject, launch, run } = context();
    const writer = await launch(spec(subject.argv.writeThenEcho({ "/content/a": "from the image" })));
    writer.stream.write("x");
    await writer.stream[Symbol.asyncIterator]().next();
    const reference = `${name("content")}:1`;
    const image = await engine.images.commit(writer.id, { reference, labels, signal });
    writer.stream.destroy();
    await writer.exit;
    const mount = { kind: "volume", name: name("filled"), target: "/content" } as const;
    await engine.volumes.create(name("filled"), labels, signal);
    await run(
      spec(subject.argv.read("/content/a"), { image: image.id, mounts: [{ ...mount, readOnly: false }] }),
    );
    const elsewhere = { ...mount, target: "/elsewhere", readOnly: true };
    const seen = await run(spec(subject.argv.read("/elsewhere/a"), { mounts: [elsewhere] }));
    expect(seen.stdout).toBe("from the image");
    const refused = await launch(
      spec(subject.argv.writeThenEcho({ "/elsewhere/b": "x" }), { mounts: [elsewhere] }),
    );
    refused.stream.end();
    refused.stream.resume();
    expect((await refused.exit).exitCode).not.toBe(0);
    await engine.volumes.remove(name("filled"), signal);
    await engine.images.remove(reference, signal);
  });
}
