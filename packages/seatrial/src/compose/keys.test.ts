import { readFile } from "node:fs/promises";
import { describe, expect, test } from "vitest";
import { SERVICE_KEYS } from "./keys.ts";
import { planOne } from "./testing/model.ts";

const fixture = new URL("../../../../fixtures/compose/service-keys.json", import.meta.url);

describe("the keys of a service", () => {
  test("are exactly those of the Compose specification, each with one rule", async () => {
    const { keys } = JSON.parse(await readFile(fixture, "utf8")) as { keys: string[] };
    expect(Object.keys(SERVICE_KEYS).sort()).toEqual(keys.toSorted());
  });

  const refusals: Record<string, unknown> = {
    network_mode: "host",
    cgroup: "host",
    cgroup_parent: "/system",
    credential_spec: { file: "x.json" },
    device_cgroup_rules: ["c 1:3 mr"],
    external_links: ["other"],
    gpus: "all",
    ipc: "host",
    models: { llm: null },
    pid: "host",
    post_start: [{ command: ["true"] }],
    provider: { type: "cloud" },
    runtime: "nvidia",
    use_api_socket: true,
    userns_mode: "host",
    uts: "host",
    volumes_from: ["other"],
  };

  test("that are refused are all refused, by name of service and key", async () => {
    const refused = Object.entries(SERVICE_KEYS).filter(([, rule]) => rule.kind === "refused");
    expect(Object.keys(refusals).sort()).toEqual(refused.map(([key]) => key).sort());
    for (const [key, value] of Object.entries(refusals)) {
      await expect(planOne({ [key]: value }), key).toThrowWithCode("COMPOSE_UNSUPPORTED");
      const error = await planOne({ [key]: value }).catch((thrown: Error) => thrown);
      expect(error).toMatchObject({ message: expect.stringContaining(key), hint: expect.any(String) });
      expect(error).toMatchObject({ message: expect.stringContaining("service db (compose.yaml)") });
    }
  });

  test.each(["none", "service:web", "container:abc"])("network_mode: %s is refused", async (mode) => {
    await expect(planOne({ network_mode: mode })).toThrowWithCode("COMPOSE_UNSUPPORTED");
  });

  test.each([
    { network_mode: "bridge" },
    { ipc: "private" },
    { runtime: "runc" },
    { cgroup: "private" },
    { volumes_from: [] },
    { gpus: null },
  ])("harmless values of refused keys pass: %o", async (service) => {
    const { db } = await planOne(service);
    expect(db.spec.name).toBe("db");
  });

  test("that are dropped leave a change each, and ignored ones none", async () => {
    const dropped = Object.entries(SERVICE_KEYS).filter(([, rule]) => rule.kind === "dropped");
    const ignored = Object.entries(SERVICE_KEYS).filter(([, rule]) => rule.kind === "ignored");
    const { changes } = await planOne(
      Object.fromEntries([...dropped, ...ignored].map(([key]) => [key, "something"])),
    );
    expect(changes.map((change) => change.key).sort()).toEqual(dropped.map(([key]) => key).sort());
    expect(changes.every((change) => change.service === "db" && change.why !== "")).toBe(true);
  });

  test("that are blank are not mentioned", async () => {
    const { changes } = await planOne({ dns: [], tty: false, logging: null, command: null });
    expect(changes).toEqual([]);
  });

  test("that nobody knows yet are left out with a change, extensions silently", async () => {
    const { changes } = await planOne({ quantum: true, "x-team": "shop" });
    expect(changes).toEqual([
      { service: "db", key: "quantum", becomes: "left out", why: expect.stringContaining("does not know") },
    ]);
  });
});
