import { readFile, stat } from "node:fs/promises";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { connect } from "../../agent/connect.ts";
import { type FakeFiles, fakeAgent } from "../../agent/testing/index.ts";
import { createFolder } from "../../support/testing/folder.ts";
import { containerFilePlace } from "./container-place.ts";
import { openHostFilePlace } from "./host-place.ts";
import { findFileOwner } from "./owner.ts";

const signal = new AbortController().signal;
const files = [
  { name: "app.yaml", text: "a: 1\n" },
  { name: "conf/deep/x.ini", text: "ü" },
];
const modeOf = async (file: string) => (await stat(file)).mode & 0o777;

describe("files of spaces on this machine", () => {
  it("are readable for their user alone, in a folder for each space, and go with it", async () => {
    await using folder = await createFolder({});
    await using place = openHostFilePlace({ folder: folder.path });
    const paths = await place.place("lease-1", files, signal);
    const others = await place.place("lease-2", files, signal);
    expect(await readFile(paths["conf/deep/x.ini"] ?? "", "utf8")).toBe("ü");
    for (const file of Object.values(paths)) expect(await modeOf(file)).toBe(0o600);
    for (const file of Object.values(paths)) expect(await modeOf(path.dirname(file))).toBe(0o700);
    await place.remove("lease-1");
    await place.remove("lease-1");
    await expect(stat(paths["app.yaml"] ?? "")).rejects.toThrow();
    expect(await modeOf(others["app.yaml"] ?? "")).toBe(0o600);
  });

  it("leave nothing behind when the place is closed", async () => {
    await using folder = await createFolder({});
    const place = openHostFilePlace({ folder: folder.path });
    const paths = await place.place("../..", files, signal);
    expect(paths["app.yaml"]?.startsWith(`${folder.path}/seatrial-spaces-`)).toBe(true);
    await place[Symbol.asyncDispose]();
    await expect(stat(paths["app.yaml"] ?? "")).rejects.toThrow();
  });

  for (const name of ["../x", "/etc/passwd", "a/../../x", "", "a//b", "."])
    it(`cannot be named ${JSON.stringify(name)}`, async () => {
      await using folder = await createFolder({});
      await using place = openHostFilePlace({ folder: folder.path });
      const placed = place.place("lease-1", [{ name, text: "" }], signal);
      await expect(placed).toThrowWithCode("CONFIG_TEMPLATE_INVALID");
    });
});

describe("files of spaces in a container", () => {
  const passwd = "root:x:0:0:root:/root:/bin/sh\napp:x:1001:1002::/home/app:/bin/sh\n";
  const etc: FakeFiles = new Map([
    ["/etc/passwd", { content: passwd }],
    ["/etc/group", { content: "staff:x:50:app\n" }],
  ]);

  it("are put there through its agent, for the suite's user alone", async () => {
    const { agent, fake } = connectFake(etc);
    const place = containerFilePlace({ files: agent.files, owner: { uid: 1001, gid: 1002 } });
    const paths = await place.place("lease-1", files, signal);
    expect(paths).toEqual({
      "app.yaml": "/tmp/seatrial-spaces/space-lease-1/app.yaml",
      "conf/deep/x.ini": "/tmp/seatrial-spaces/space-lease-1/conf/deep/x.ini",
    });
    const stored = fake.files.get(paths["conf/deep/x.ini"] ?? "");
    expect(stored).toMatchObject({ mode: 0o600, uid: 1001, gid: 1002 });
    expect(String(stored?.content)).toBe("ü");
    await agent[Symbol.asyncDispose]();
  });

  it("belong to whom the container's own files name", async () => {
    const { agent } = connectFake(etc);
    const owners = {
      "": [0, 0],
      app: [1001, 1002],
      "1001": [1001, 1002],
      "7": [7, 0],
      "7:8": [7, 8],
      "app:staff": [1001, 50],
      "app:9": [1001, 9],
      nobody: [0, 0],
    };
    for (const [user, [uid, gid]] of Object.entries(owners))
      expect(await findFileOwner({ files: agent.files, user, signal }), user).toEqual({ uid, gid });
    expect(await findFileOwner({ files: agent.files, user: undefined, signal })).toEqual({ uid: 0, gid: 0 });
    await agent[Symbol.asyncDispose]();
  });

  it("belong to a number where the container has no list of users", async () => {
    const { agent } = connectFake(new Map());
    expect(await findFileOwner({ files: agent.files, user: "65532", signal })).toEqual({
      uid: 65532,
      gid: 0,
    });
    await agent[Symbol.asyncDispose]();
  });
});

function connectFake(files: FakeFiles) {
  const fake = fakeAgent({ files: new Map(files) });
  return { agent: connect(fake.stream, { label: "suite integration" }), fake };
}
