import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { parseManifest } from "./parse-manifest.ts";

const golden = new URL("../../../../../protocol/golden/coverage/", import.meta.url);
const files = readdirSync(golden).filter((name) => /^unit\..*json$/.test(name));
const full = readFileSync(new URL("unit.ended.json", golden), "utf8");

function changed(change: (manifest: Record<string, unknown>) => void): string {
  const manifest = JSON.parse(full) as Record<string, unknown>;
  change(manifest);
  return JSON.stringify(manifest);
}

describe("a manifest", () => {
  it.each(files)("%s is read unchanged", (name) => {
    const text = readFileSync(new URL(name, golden), "utf8");
    expect(parseManifest(text)).toEqual(JSON.parse(text));
  });

  it("may say more than we know", () => {
    expect(
      parseManifest(
        changed((manifest) => {
          manifest["later"] = 1;
        }),
      ),
    ).toEqual(JSON.parse(full));
  });

  it.each(["../../etc/passwd", "/etc/passwd", "go/../../x", "go//x", "./go/x", "", "go\\..\\x", "go/\0"])(
    "that names the file %j is refused",
    (path) => {
      const text = changed((manifest) => {
        manifest["files"] = [{ path, bytes: 0, digest: `sha256:${"0".repeat(64)}` }];
      });
      expect(parseManifest(text)).toContain("files.0.path");
    },
  );

  it.each([
    ["{", "no JSON"],
    ["null", "it:"],
    [
      changed((manifest) => {
        manifest["version"] = 2;
      }),
      "version 2",
    ],
    [
      changed((manifest) => {
        manifest["service"] = "../x";
      }),
      "service",
    ],
    [
      changed((manifest) => {
        manifest["files"] = [{ path: "go/a", bytes: -1, digest: "md5:1" }];
      }),
      "files.0",
    ],
    [
      changed((manifest) => {
        delete manifest["problems"];
      }),
      "problems",
    ],
  ])("that is wrong says where: %#", (text, place) => {
    expect(parseManifest(text)).toContain(place);
  });
});
