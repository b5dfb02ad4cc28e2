import { expect, test } from "vitest";
import { answer, live, startFakeEngine } from "./testing/fake-engine.ts";

const SPEC = { name: "run", labels: { a: "b" }, subnet: "10.213.0.0/26", internal: false };

test.each([
  [403, "Pool overlaps with other one on this address space", "SUBNET_TAKEN"],
  [400, "invalid pool request: Pool overlaps with other one on this address space", "SUBNET_TAKEN"],
  [
    403,
    "cannot create network abc (br-abc): conflicts with network def (br-def): networks have overlapping IPv4",
    "SUBNET_TAKEN",
  ],
  [409, "network with name run already exists", "NAME_TAKEN"],
  [500, "failed to create endpoint: iptables not found", "ENGINE_FAILED"],
])("a refusal with %i %s is %s", async (status, message, code) => {
  await using fake = await startFakeEngine((_request, response) => answer(response, status, { message }));
  await using engine = fake.connect();
  await expect(engine.networks.create(SPEC, live())).toThrowWithCode(code);
});

test("a network is made with what was said and nothing else", async () => {
  let body: unknown;
  await using fake = await startFakeEngine((request, response) => {
    body = JSON.parse(request.body.toString());
    answer(response, 201, { Id: "abc" });
  });
  await using engine = fake.connect();
  expect(await engine.networks.create(SPEC, live())).toBe("abc");
  expect(body).toEqual({
    Name: "run",
    CheckDuplicate: true,
    Driver: "bridge",
    Internal: false,
    Labels: { a: "b" },
    IPAM: { Driver: "default", Config: [{ Subnet: "10.213.0.0/26" }] },
  });
});
