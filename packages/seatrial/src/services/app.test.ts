import { expect, test } from "vitest";
import { appService } from "./app.ts";

test("the app under test is started when all that its suite needs is ready, exactly as it would be shipped", () => {
  const readiness = { probes: [{ kind: "tcp", port: 8000 } as const], deadline: 60_000 };
  const plan = appService(
    { name: "app", target: "release", ports: [8000], env: { A: "1" }, command: ["serve"], readiness },
    ["db", "cache"],
  );
  expect(plan).toMatchObject({ confirmations: 1, asksImage: false });
  expect(plan.snapshot).toBeUndefined();
  expect(plan.spec).toMatchObject({
    name: "app",
    image: { kind: "target", target: "release" },
    command: ["serve"],
    env: { A: "1" },
    readiness,
    files: [],
    mounts: [],
    dependsOn: [
      { service: "db", condition: "healthy", required: true },
      { service: "cache", condition: "healthy", required: true },
    ],
    durable: true,
    snapshots: false,
  });
  expect(plan.spec.entrypoint).toBeUndefined();
});
