import { describe, expect, it } from "vitest";
import type { TarFile } from "../testing/tar.ts";
import { check, textOf } from "../testing/world.ts";

const APP = "root:x:0:0::/root:/bin/sh\napp:x:1000:1000::/:\n";
const ROOTED = "app:x:0:0::/:\n";

const file = (name: string, content: string): TarFile => ({ name, content });
const link = (name: string, target: string): TarFile => ({ name, flag: "2", link: target });
const hardLink = (name: string, target: string): TarFile => ({ name, flag: "1", link: target });
const gone = (path: string): TarFile => ({ name: path.replace(/[^/]+$/, ".wh.$&") });
const passwd = (content: string) => file("etc/passwd", content);

/** What is said of an image that runs as `app` and should not be root. */
async function judge(...layers: TarFile[][]): Promise<string> {
  const settings = { user: "non-root", secrets: { enabled: false, allow: [], allowEmpty: [] } };
  const { find } = await check({ layers, settings, config: { user: "app" } });
  return textOf(find("check.user non-root"));
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
      "behind many files that look like one",
      [[...Array.from({ length: 50 }, (_, at) => file(`b/${at}`, APP)), passwd(ROOTED)]],
      ROOT,
    ],
  ])("is %s", async (_what, layers, said) => {
    expect(await judge(...layers)).toMatch(said);
  });

  it.each<[string, TarFile[]]>([
    [
      "a link to a file that begins with something else",
      [file("u", `# ours\n${APP}`), link("etc/passwd", "/u")],
    ],
    ["a folder", [{ name: "etc/passwd/", flag: "5" }]],
    ["a device", [{ name: "etc/passwd", flag: "3" }]],
    ["a hard link to itself", [hardLink("etc/passwd", "etc/passwd")]],
  ])("that is %s tells nobody who the user is, and fails", async (_what, files) => {
    const said = await judge(files);
    expect(said).toMatch(/^failed\n.* runs as app, and who that is nobody can tell: \/etc\/passwd is \//);
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
