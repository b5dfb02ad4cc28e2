import { endianness } from "node:os";
import path from "node:path";
import { expect, test } from "vitest";
import { createFolder } from "../../support/testing/folder.ts";
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

const ROUTES = `Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT
eth0\t00000000\t010200C0\t0003\t0\t0\t0\t00000000\t0\t0\t0
tun0\t0000000A\t00000000\t0001\t0\t0\t0\t000000FF\t0\t0\t0
br-0a1b2c3d4e5f\t8040D50A\t00000000\t0001\t0\t0\t0\tC0FFFFFF\t0\t0\t0
tun0\t0541D50A\t00000000\t0005\t0\t0\t0\tFFFFFFFF\t0\t0\t0
*\t0043D50A\t00000000\t0001\t0\t0\t0\tC0FFFFFF\t0\t0\t0
down\t0042D50A\t00000000\t0000\t0\t0\t0\t00FFFFFF\t0\t0\t0
`;

test.runIf(endianness() === "LE")(
  "a subnet is refused to which this machine has a route as narrow or narrower: an engine knows of its own networks only",
  async () => {
    await using folder = await createFolder({ route: ROUTES });
    const routeTable = path.join(folder.path, "route");
    await using fake = await startFakeEngine((_request, response) => answer(response, 201, { Id: "abc" }));
    await using engine = fake.connect({ routeTable });
    const create = (subnet: string) => engine.networks.create({ ...SPEC, subnet }, live());
    const refused = create("10.213.64.128/26");
    await expect(refused).toThrowWithCode("SUBNET_TAKEN");
    await expect(refused).rejects.toThrow(
      "this machine has a route to 10.213.64.128/26 already, through br-0a1b2c3d4e5f.",
    );
    await expect(create("10.213.65.0/26")).rejects.toThrow(
      "a route to 10.213.65.5/32 already, through tun0.",
    );
    await expect(create("10.213.67.0/26")).rejects.toThrow("a route to 10.213.67.0/26 already.");
    expect(fake.requests).toEqual([]);
    for (const free of ["10.213.64.192/26", "10.213.66.0/26", "172.16.0.0/26"])
      expect(await create(free)).toBe("abc");
  },
);

test("a call that was given up says so, whatever routes there are", async () => {
  await using folder = await createFolder({ route: ROUTES });
  await using fake = await startFakeEngine((_request, response) => answer(response, 201, { Id: "abc" }));
  await using engine = fake.connect({ routeTable: path.join(folder.path, "route") });
  const reason = new Error("given up");
  const spec = { ...SPEC, subnet: "10.213.64.128/26" };
  await expect(engine.networks.create(spec, AbortSignal.abort(reason))).rejects.toBe(reason);
});

test("the routes of this machine say nothing of an engine elsewhere", async () => {
  await using folder = await createFolder({ route: ROUTES });
  await using fake = await startFakeEngine((_request, response) => answer(response, 201, { Id: "abc" }));
  const endpoint = { ...fake.endpoint, address: { kind: "tcp" as const, host: "127.0.0.1", port: 1 } };
  await using engine = fake.connect({ routeTable: path.join(folder.path, "route"), endpoint });
  const created = engine.networks.create({ ...SPEC, subnet: "10.213.64.128/26" }, live());
  await expect(created).toThrowWithCode("ENGINE_UNREACHABLE");
});
