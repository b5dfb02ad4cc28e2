import { describe, expect, it } from "vitest";
import type { TarFile } from "../testing/tar.ts";
import { check, textOf } from "../testing/world.ts";

const APP = "root:x:0:0::/root:/bin/sh\napp:x:1000:1000::/:\n";
const ROOTED = "app:x:0:0::/:\n";
/** A mebibyte: all that is read of one file. */
const MANY = "other:x:7:7::/:\n".repeat(65_536);

const file = (name: string, content: string): TarFile => ({ name, content });
const link = (name: string, target: string): TarFile => ({ name, flag: "2", link: target });
const hardLink = (name: string, target: string): TarFile => ({ name, flag: "1", link: target });
const gone = (path: string): TarFile => ({ name: path.replace(/[^/]+$/, ".wh.$&") });
const passwd = (content: string) => file("etc/passwd", content);
const folder = (name: string): TarFile => ({ name, flag: "5" });
const device = (name: string): TarFile => ({ name, flag: "3" });

/** What is said of an image that runs as `user` and should as `wanted`. */
async function judgeAs(user: string, wanted: string, ...layers: TarFile[][]): Promise<string> {
  const settings = { user: wanted, secrets: { enabled: false, allow: [], allowEmpty: [] } };
  const { find } = await check({ layers, settings, config: { user } });
  return textOf(find(`check.user ${wanted}`));
}

/** Of one that runs as `app` and should not be root. */
async function judge(...layers: TarFile[][]): Promise<string> {
  return await judgeAs("app", "non-root", ...layers);
}

const NOBODY =
  /^failed\n.* runs as app, which is no user in its \/etc\/passwd: containers of it do not start/;
const ROOT = /^failed\n.* runs as app, who is number 0 in its \/etc\/passwd: root by another name/;

// What Docker Engine and runc make of each was tried with real images.
describe("the /etc/passwd that a container finds", () => {
  it.each<[string, TarFile[][], RegExp]>([
    [
      "a link to another file",
      [[file("usr/lib/users", APP), link("etc/passwd", "/usr/lib/users")]],
      /^passed/,
    ],
    [
      "a link that would leave the image",
      [[file("usr/users", APP), link("etc/passwd", "../../../usr/users")]],
      /^passed/,
    ],
    [
      "a link in a later layer, to a file of a lower one",
      [[passwd(APP), file("usr/lib/users", ROOTED)], [link("etc/passwd", "../usr/lib/users")]],
      ROOT,
    ],
    [
      "a link whose target a later layer replaces",
      [[file("u", APP), link("etc/passwd", "/u")], [file("u", ROOTED)]],
      ROOT,
    ],
    ["a link to nothing", [[passwd(APP)], [link("etc/passwd", "/nowhere")]], NOBODY],
    [
      "a link whose target a later layer deletes",
      [[file("u", APP), link("etc/passwd", "/u")], [gone("u")]],
      NOBODY,
    ],
    ["links in a circle", [[link("etc/passwd", "/b"), link("b", "/etc/passwd")]], NOBODY],
    ["in a folder that is a link", [[file("usr/etc/passwd", APP), link("etc", "usr/etc")]], /^passed/],
    ["deleted by a later layer", [[passwd(APP)], [gone("etc/passwd")]], NOBODY],
    ["deleted with its folder", [[passwd(APP)], [gone("etc")]], NOBODY],
    ["hidden by a folder that is emptied", [[passwd(APP)], [{ name: "etc/.wh..wh..opq" }]], NOBODY],
    ["deleted and made again", [[passwd(ROOTED)], [gone("etc/passwd")], [passwd(APP)]], /^passed/],
    ["replaced by a later layer", [[passwd(APP)], [passwd(ROOTED)]], ROOT],
    ["replaced by an empty one", [[passwd(APP)], [passwd("")]], NOBODY],
    ["a link to an empty file", [[file("u", ""), link("etc/passwd", "/u")]], NOBODY],
    ["written twice in one layer", [[passwd(APP), passwd(ROOTED)]], ROOT],
    ["a hard link", [[file("usr/lib/users", ROOTED), hardLink("etc/passwd", "usr/lib/users")]], ROOT],
    [
      "a hard link, which stays what it was",
      [[file("u", APP), hardLink("etc/passwd", "/u")], [file("u", ROOTED)]],
      /^passed/,
    ],
    [
      "a link to one that begins with an empty line",
      [[file("u", ` \n${APP}`), link("etc/passwd", "/u")]],
      /^passed/,
    ],
    [
      "a link to a large one",
      [[file("u", `${"other:x:7:7::/:\n".repeat(9_000)}${APP}`), link("etc/passwd", "/u")]],
      /^passed/,
    ],
    [
      "a link to one behind many that look like it",
      [
        [
          ...Array.from({ length: 50 }, (_, at) => file(`b/${at}`, ROOTED)),
          file("u", APP),
          link("etc/passwd", "/u"),
        ],
      ],
      /^passed/,
    ],
    [
      "behind many files that look like one",
      [[...Array.from({ length: 50 }, (_, at) => file(`b/${at}`, APP)), passwd(ROOTED)]],
      ROOT,
    ],
  ])("is %s", async (_what, layers, said) => {
    expect(await judge(...layers)).toMatch(said);
  });

  it.each<[string, TarFile[], string?]>([
    [
      "a link to a file that begins with something else",
      [file("u", `# ours\n${APP}`), link("etc/passwd", "/u")],
      "/u, a file that does not begin as one, or",
    ],
    [
      "a link to one behind more that look like it than are kept",
      [
        ...Array.from({ length: 5 }, (_, at) => file(`b/${at}`, MANY)),
        file("u", APP),
        link("etc/passwd", "/u"),
      ],
      "/u, a file that does not begin as one, or that comes after more of those than are kept of a layer",
    ],
    [
      "larger than any",
      [passwd(MANY + MANY)],
      "/etc/passwd, a file of 2.1 MB, of which at most 1.0 MB would be read",
    ],
    ["a device", [device("etc/passwd")], "/etc/passwd, a device"],
    ["a hard link to itself", [hardLink("etc/passwd", "etc/passwd")], "/etc/passwd, a hardlink"],
  ])("that is %s tells nobody who the user is, and fails", async (_what, files, what) => {
    const said = await judge(files);
    expect(said).toMatch(/^failed\n.* runs as app, and who that is nobody can tell: /);
    expect(said).toContain(`/etc/passwd is ${what}`);
    expect(said).toMatch(/Name the user by number/);
  });

  it("is not needed for a number", async () => {
    const settings = { user: "non-root" };
    const layers = [[file("u", "#\n"), link("etc/passwd", "/u")]];
    const { find } = await check({ layers, settings, config: { user: "1000" } });
    expect(find("check.user non-root")?.status).toBe("passed");
  });

  it("keeps no passwords: /etc/shadow is none", async () => {
    const shadow = "app:$y$j9T$abc$def:19000:0:99999:7:::\n";
    expect(await judge([file("etc/shadow", shadow), link("etc/passwd", "shadow")])).toMatch(
      /nobody can tell/,
    );
  });
});

describe("a user with a group", () => {
  const NO_GROUP = /^failed\n.*, whose group is not in its \/etc\/group: containers of it do not start/;
  const NEVER = /^failed\n.*, and no container of it starts: \/etc\/\w+ is \/etc\/\w+, a directory\./;

  it.each<[string, string, RegExp]>([
    ["app:staff", "non-root", /^passed/],
    ["app:staff", "app:50", /^passed/],
    ["app:50", "app:staff", /^passed/],
    ["1000", "app:1000", /^passed/],
    ["app:", "1000:1000", /^passed/],
    ["7", "7:0", /^passed/],
    ["app", "app:staff", /^failed\n.* runs as app, not as app:staff\./],
    ["app:1000", "app:none", /^failed\n.* runs as app:1000, not as app:none\./],
    ["app:none", "app:1000", NO_GROUP],
    ["app:none", "app:other", NO_GROUP],
    ["app:none", "app:none", NO_GROUP],
    ["1000:none", "non-root", NO_GROUP],
  ])("%s, where %s is wanted, is judged as the engine would", async (user, wanted, said) => {
    expect(await judgeAs(user, wanted, [passwd(APP), file("etc/group", "staff:x:50:\n")])).toMatch(said);
  });

  it("is not known where /etc/group is a device, unless the group is a number", async () => {
    const files = [passwd(APP), device("etc/group")];
    const unknown =
      /^failed\n.* runs as app:staff, and which group that is nobody can tell: \/etc\/group is \/etc\/group, a device/;
    expect(await judgeAs("app:staff", "non-root", files)).toMatch(unknown);
    expect(await judgeAs("app:staff", "app:staff", files)).toMatch(unknown);
    expect(await judgeAs("app:50", "app:50", files)).toMatch(/^passed/);
  });

  it("never starts where a folder lies in the place of a list", async () => {
    for (const list of ["etc/passwd/", "etc/group/"])
      for (const user of ["", "0", "7", "7:7"])
        expect(await judgeAs(user, "non-root", [folder(list)])).toMatch(NEVER);
  });
});
