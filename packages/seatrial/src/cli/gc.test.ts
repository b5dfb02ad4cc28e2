import { mkdir, utimes, writeFile } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import { answer, type FakeRequest, startFakeEngine } from "../engine/docker/testing/fake-engine.ts";
import { type At, at } from "./testing/at.ts";

const KEY = "0123456789abcdef";
const SNAPSHOT = {
  Id: `sha256:${"1".repeat(64)}`,
  RepoTags: [`seatrial-snapshot:${KEY}`],
  Labels: {
    "seatrial.cache": "snapshot",
    "seatrial.cache.key": KEY,
    "seatrial.cache.base-size": "341000000",
    "seatrial.service": "postgres",
    "seatrial.project": "shop",
  },
  Size: 464_400_000,
  Created: Math.floor(Date.now() / 1_000) - 3 * 3_600,
};

const AGENT = {
  Id: `sha256:${"2".repeat(64)}`,
  RepoTags: ["seatrial-agent:0fedcba98765"],
  Labels: { "seatrial.cache": "agent", "seatrial.cache.key": "0fedcba98765" },
  Size: 6_800_000,
  Created: Math.floor(Date.now() / 1_000) - 12 * 86_400,
};
/** One that some program has put there a moment ago, and of which it will make a volume. */
const NEW_AGENT = { ...AGENT, Created: Math.floor(Date.now() / 1_000) - 5 };

interface Labelled {
  Id: string;
  Labels: Record<string, string>;
}

/** An engine that holds these images, and nothing else. */
function engineWith(images: Labelled[]) {
  return startFakeEngine(({ path, method, query }: FakeRequest, response) => {
    if (method === "DELETE") return answer(response, 200, []);
    const inspected = images.find(({ Id }) => decodeURIComponent(path).endsWith(`/images/${Id}/json`));
    if (inspected !== undefined) return answer(response, 200, inspected);
    const wanted = (JSON.parse(query.get("filters") ?? "{}") as { label?: string[] }).label ?? [];
    const has = ({ Labels }: Labelled) =>
      wanted.every((each) => `${each}`.split("=")[1] === Labels[each.split("=")[0] ?? ""]);
    const found = path.endsWith("/images/json")
      ? images.filter(has)
      : path.endsWith("/volumes")
        ? { Volumes: [] }
        : [];
    answer(response, 200, path.endsWith("/version") || path.endsWith("/info") ? {} : found);
  });
}

/** A journal that a dead owner of this machine has left. */
async function leaveJournal(here: At, endpoint: string): Promise<string> {
  const state = `${here.path}/home/.local/state/seatrial/runs`;
  await mkdir(state, { recursive: true });
  const owner = { pid: 1, identity: "long gone", tags: [] };
  await writeFile(
    `${state}/r9.json`,
    JSON.stringify({ run: "r9", project: "shop", root: "/p", endpoint, ...owner }),
  );
  return `${state}/r9.json`;
}

async function gc(images: Labelled[], ...flags: string[]) {
  await using engine = await engineWith(images);
  await using here = await at({}, { DOCKER_HOST: `unix://${engine.socket}` });
  const code = await here.seatrial("gc", ...flags);
  const changes = engine.requests.filter((request) => !request.startsWith("GET"));
  return { code, stdout: here.stdout(), stderr: here.stderr(), changes };
}

describe("gc --list", () => {
  it("shows each snapshot's key, service, size and age, and changes nothing", async () => {
    const { code, stdout, changes } = await gc([SNAPSHOT], "--list");
    expect(code).toBe(0);
    expect(stdout).toMatch(
      new RegExp(`snapshot +${KEY} +postgres +123 MB +3 h old, used 3 h ago, 464 MB with its image\n`),
    );
    expect(changes).toEqual([]);
  });

  it("says so when there is nothing", async () => {
    expect((await gc([], "--list")).stdout).toBe("nothing: no caches, no leftovers\n");
  });

  it("shows each agent with its size and age, and whose it is", async () => {
    const { stdout, changes } = await gc([AGENT], "--list");
    expect(stdout).toBe(
      "cache     agent      seatrial-agent-0fedcba98765       6.8 MB  12 d old  of another version\n",
    );
    expect(changes).toEqual([]);
  });

  it("shows what dead owners of this machine left, and how long it waits for another engine", async () => {
    await using engine = await engineWith([]);
    await using here = await at({}, { DOCKER_HOST: `unix://${engine.socket}` });
    await leaveJournal(here, engine.endpoint.url);
    await here.seatrial("gc", "--list");
    expect(here.stdout()).toBe("leftover  run        r9  shop\n");
    await here.seatrial("gc");
    await here.seatrial("gc", "--list");
    expect(here.stdout()).toMatch(
      /removed run r9\nleftover {2}run {8}r9 {2}shop {2}removed, forgotten in \d+ [mhd]\n$/,
    );
    const journal = await leaveJournal(here, "tcp://gone:2376");
    await utimes(journal, 0, Date.now() / 1_000 - 2 * 86_400 + 60);
    await here.seatrial("gc", "--list");
    expect(here.stdout()).toContain(
      "\nleftover  run        r9  shop  of the engine at tcp://gone:2376, forgotten in 5 d\n",
    );
  });

  it("says the same to programs, as JSON", async () => {
    const { stdout } = await gc([SNAPSHOT], "--list", "--json");
    expect(JSON.parse(stdout)).toMatchObject({
      snapshots: [{ key: KEY, service: "postgres", ownSize: 123_400_000, size: 464_400_000 }],
      agents: [],
      runs: [],
    });
  });
});

describe("gc", () => {
  it("keeps snapshots within the limit, and says what it removed of those above", async () => {
    expect((await gc([SNAPSHOT])).changes).toEqual([]);
    // What its image takes stays in any case.
    expect((await gc([SNAPSHOT], "--max-size", "200MB")).changes).toEqual([]);
    const { stdout, changes } = await gc([SNAPSHOT], "--max-size", "100MB");
    expect(stdout).toBe(`removed snapshot ${KEY}\n`);
    expect(changes).toEqual([expect.stringContaining(`DELETE`)]);
    expect(changes[0]).toContain("seatrial-snapshot");
  });

  it("removes agents of other versions, unless somebody has only just begun with one", async () => {
    const old = await gc([AGENT]);
    expect(old.stdout).toBe("removed agent seatrial-agent-0fedcba98765\n");
    expect(old.changes).toEqual([expect.stringMatching(/^DELETE .*seatrial-agent/)]);
    expect((await gc([NEW_AGENT])).changes).toEqual([]);
    expect((await gc([NEW_AGENT], "--all")).changes).toHaveLength(1);
  });

  it("removes names by which dead owners hold images, and shows them first", async () => {
    const name = "seatrial/shop:release.20200101-000000-abcdef";
    const images = [{ ...SNAPSHOT, Labels: {}, RepoTags: [name, "seatrial/shop:release"] }];
    expect((await gc(images, "--list")).stdout).toBe(`leftover  image      ${name}\n`);
    const { stdout, changes } = await gc(images);
    expect(stdout).toBe(`removed image ${name}\n`);
    expect(changes).toEqual([expect.stringMatching(/^DELETE .*release\.20200101-000000-abcdef/)]);
  });

  it("forgets dead owners whose engine was not seen for a week", async () => {
    await using engine = await engineWith([]);
    await using here = await at({}, { DOCKER_HOST: `unix://${engine.socket}` });
    const journal = await leaveJournal(here, "tcp://gone:2376");
    await here.seatrial("gc");
    expect(here.stdout()).toBe("");
    await utimes(journal, 0, new Date(Date.now() - 8 * 24 * 60 * 60_000));
    await here.seatrial("gc");
    expect(here.stdout()).toBe("removed run r9\n");
  });

  it("shows what checks know of layers, and forgets it with everything else that is kept", async () => {
    await using engine = await engineWith([]);
    await using here = await at({}, { DOCKER_HOST: `unix://${engine.socket}` });
    const folder = `${here.path}/home/.cache/seatrial/check`;
    await mkdir(folder, { recursive: true });
    for (const name of ["a.none.v1", "b.none.v1", "c.json", "key"])
      await writeFile(`${folder}/${name}`, "x".repeat(500));
    await here.seatrial("gc", "--list");
    expect(here.stdout()).toBe("cache     readings   2 layers that checks have read    2.0 kB\n");
    await here.seatrial("gc");
    await here.seatrial("gc", "--all");
    await here.seatrial("gc", "--list");
    expect(here.stdout()).toMatch(/\nremoved reading of all layers\nnothing: no caches, no leftovers\n$/);
  });

  it("with a size that is none changes nothing and has code 2", async () => {
    const { code, stderr, changes } = await gc([SNAPSHOT], "--max-size", "lots");
    expect(code).toBe(2);
    expect(stderr).toContain("[SIZE_INVALID]");
    expect(changes).toEqual([]);
  });
});
