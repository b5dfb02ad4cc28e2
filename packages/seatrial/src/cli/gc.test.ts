import { mkdir, writeFile } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import { answer, type FakeRequest, startFakeEngine } from "../engine/docker/testing/fake-engine.ts";
import { at } from "./testing/at.ts";

const KEY = "0123456789abcdef";
const SNAPSHOT = {
  Id: `sha256:${"1".repeat(64)}`,
  RepoTags: [`seatrial-snapshot:${KEY}`],
  Labels: {
    "seatrial.cache": "snapshot",
    "seatrial.cache.key": KEY,
    "seatrial.service": "postgres",
    "seatrial.project": "shop",
  },
  Size: 123_400_000,
  Created: Date.UTC(2030, 0, 2, 3, 4) / 1_000,
};

/** An engine that holds one snapshot, or nothing. */
function engineWith(images: object[]) {
  return startFakeEngine(({ path, method }: FakeRequest, response) => {
    if (method === "DELETE") return answer(response, 200, []);
    const found = path.endsWith("/images/json") ? images : path.endsWith("/volumes") ? { Volumes: [] } : [];
    answer(response, 200, path.endsWith("/version") || path.endsWith("/info") ? {} : found);
  });
}

async function gc(images: object[], ...flags: string[]) {
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
      new RegExp(`snapshot +${KEY} +postgres +123 MB +created 2030-01-02T03:04, used 2030-01-02T03:04\n`),
    );
    expect(changes).toEqual([]);
  });

  it("says so when there is nothing", async () => {
    expect((await gc([], "--list")).stdout).toBe("nothing: no caches, no leftovers\n");
  });

  it("shows what dead owners of this machine left", async () => {
    await using engine = await engineWith([]);
    await using here = await at({}, { DOCKER_HOST: `unix://${engine.socket}` });
    const state = `${here.path}/home/.local/state/seatrial/runs`;
    await mkdir(state, { recursive: true });
    const entry = {
      run: "r9",
      project: "shop",
      root: "/p",
      endpoint: "x",
      pid: 1,
      identity: "long gone",
      tags: [],
    };
    await writeFile(`${state}/r9.json`, JSON.stringify(entry));
    await here.seatrial("gc", "--list");
    expect(here.stdout()).toMatch(/^leftover +run +r9 +shop\n$/);
  });

  it("says the same to programs, as JSON", async () => {
    const { stdout } = await gc([SNAPSHOT], "--list", "--json");
    expect(JSON.parse(stdout)).toMatchObject({
      snapshots: [{ key: KEY, service: "postgres", size: 123_400_000 }],
      runs: [],
    });
  });
});

describe("gc", () => {
  it("keeps snapshots within the limit, and says what it removed of those above", async () => {
    expect((await gc([SNAPSHOT])).changes).toEqual([]);
    const { stdout, changes } = await gc([SNAPSHOT], "--max-size", "100MB");
    expect(stdout).toBe(`removed snapshot ${KEY}\n`);
    expect(changes).toEqual([expect.stringContaining(`DELETE`)]);
    expect(changes[0]).toContain("seatrial-snapshot");
  });

  it("with a size that is none changes nothing and has code 2", async () => {
    const { code, stderr, changes } = await gc([SNAPSHOT], "--max-size", "lots");
    expect(code).toBe(2);
    expect(stderr).toContain("[SIZE_INVALID]");
    expect(changes).toEqual([]);
  });
});
