import { describe, expect, test } from "vitest";
import { type FakeLauncher, fakeLauncher } from "../agent/testing/index.ts";
import type { FileSpec, ServiceSpec } from "../model/index.ts";
import { launchContainer, volumeName } from "./launch.ts";
import { makeWorld, serviceSpec } from "./testing/world.ts";

const imageId = `sha256:${"a".repeat(64)}` as const;
const text = (target: string, secret = false): FileSpec => ({
  from: { kind: "content", content: "x", secret },
  target,
});

async function launch(spec: ServiceSpec, launcher: FakeLauncher = fakeLauncher(() => ({}))) {
  const { runtime } = await makeWorld({ script: () => ({}) });
  const workload = await launchContainer({
    spec,
    imageId,
    runtime: { ...runtime, launcher },
    onNote: () => undefined,
    signal: new AbortController().signal,
  });
  return { workload, launcher, spec: launcher.specs[0] };
}

describe("a service's container", () => {
  test("is named for its run, and answers under the service's name and aliases", async () => {
    const { spec } = await launch(serviceSpec({ name: "my db", aliases: ["database"], workingDir: "/made" }));
    expect(spec).toMatchObject({
      name: "seatrial-r1-my-db",
      label: "service my db",
      image: imageId,
      hostname: "my db",
      workingDir: "/made",
      network: { aliases: ["my db", "database"] },
      labels: { "seatrial.run": "r1", "seatrial.service": "my db" },
      // The environment is the process's; whoever looks at the container sees no password.
      env: {},
    });
  });

  test("shares volumes with the run's other containers, under names of the run", async () => {
    const { spec } = await launch(
      serviceSpec({
        mounts: [
          { kind: "volume", name: "data", target: "/data", readOnly: true },
          { kind: "anonymous", target: "/cache" },
        ],
      }),
    );
    expect(spec?.mounts).toEqual([
      { kind: "volume", name: "seatrial-r1-data", target: "/data", readOnly: true },
      { kind: "anonymous", target: "/cache" },
    ]);
    expect(volumeName("r1", "odd/name here")).toBe("seatrial-r1-odd-name-here");
  });

  test("keeps secrets in memory", async () => {
    const { spec, launcher } = await launch(serviceSpec({ files: [text("/run/secrets/key", true)] }));
    expect(spec?.mounts).toEqual([{ kind: "tmpfs", target: "/run/secrets", mode: 0o755 }]);
    expect([...launcher.agentOf("seatrial-r1-db").files.keys()]).toEqual(["/run/secrets/key"]);
  });

  test("has one mount for secrets, also when the service brings its own", async () => {
    const mine = { kind: "tmpfs", target: "/run/secrets/" } as const;
    const { spec } = await launch(serviceSpec({ mounts: [mine], files: [text("/run/secrets/key")] }));
    expect(spec?.mounts).toEqual([mine]);
  });

  test("is gone when its files cannot be placed, and the error names the service", async () => {
    const launcher = fakeLauncher(() => ({}));
    const missing: FileSpec = { from: { kind: "path", path: "/no/such/file" }, target: "/etc/x" };
    const launching = launch(serviceSpec({ files: [missing] }), launcher);
    await expect(launching).rejects.toMatchObject({
      code: "FILES_NOT_PLACED",
      message: expect.stringContaining("service db"),
    });
    expect(launcher.running()).toEqual([]);
  });
});
