import { describe, expect, test } from "vitest";
import { checkTagOrDigest, formatReference, parseReference } from "./reference.ts";

const DIGEST = `sha256:${"ab".repeat(32)}`;

describe("image names", () => {
  test.each([
    ["debian", "docker.io", "library/debian", "latest", undefined],
    ["debian:13", "docker.io", "library/debian", "13", undefined],
    ["bitnami/redis", "docker.io", "bitnami/redis", "latest", undefined],
    ["docker.io/debian", "docker.io", "library/debian", "latest", undefined],
    ["index.docker.io/debian:13", "docker.io", "library/debian", "13", undefined],
    ["localhost/app", "localhost", "app", "latest", undefined],
    ["localhost:5000/app:1", "localhost:5000", "app", "1", undefined],
    ["registry.example.com/team/app", "registry.example.com", "team/app", "latest", undefined],
    ["registry.example.com:5000/team/app", "registry.example.com:5000", "team/app", "latest", undefined],
    ["registry:5000/app:1.2-rc.1", "registry:5000", "app", "1.2-rc.1", undefined],
    ["[::1]:5000/app", "[::1]:5000", "app", "latest", undefined],
    ["Registry/app", "Registry", "app", "latest", undefined],
    ["team/app_one__two-three.four", "docker.io", "team/app_one__two-three.four", "latest", undefined],
    [`debian@${DIGEST}`, "docker.io", "library/debian", undefined, DIGEST],
    [`debian:13@${DIGEST}`, "docker.io", "library/debian", "13", DIGEST],
    [`localhost:5000/app@${DIGEST}`, "localhost:5000", "app", undefined, DIGEST],
  ])("%s is understood", (text, registry, repository, tag, digest) => {
    expect(parseReference(text)).toEqual({ registry, repository, tag, digest });
  });

  test.each([
    "",
    " ",
    "debian:",
    "debian@",
    ":13",
    "/debian",
    "debian/",
    "a//b",
    "debian:13:14",
    "debian:-x",
    `debian:${"x".repeat(129)}`,
    "debian@sha256:short",
    "-debian",
    "debian-",
    "de bian",
    "debian\n",
    "../../containers/json",
    "https://registry.example.com/app",
    "registry.example.com:port/app",
    "localhost:99999/app",
    "localhost:0/app",
    "a".repeat(300),
    "0123456789abcdef".repeat(4),
  ])("%j is refused", async (text) => {
    await expect(() => parseReference(text)).toThrowWithCode("IMAGE_REFERENCE_INVALID");
  });

  test.each([
    ["capital letters", `sha256:${"AB".repeat(32)}`],
    ["half of the digits", `sha256:${"ab".repeat(16)}`],
    ["more than the digits", `sha256:${"ab".repeat(33)}`],
    ["another algorithm", `sha512:${"ab".repeat(64)}`],
    ["an algorithm in capital letters", `SHA256:${"ab".repeat(32)}`],
  ])("a digest of %s pins nothing that can be checked, and is refused", async (_what, digest) => {
    await expect(() => parseReference(`debian@${digest}`)).toThrowWithCode("IMAGE_REFERENCE_INVALID");
    await expect(() => checkTagOrDigest(digest)).toThrowWithCode("IMAGE_REFERENCE_INVALID");
  });

  test.each(["0", "65536", "99999"])("port %s is named as what is wrong", (port) => {
    expect(() => parseReference(`localhost:${port}/app`)).toThrow(
      `port ${port} of "localhost:${port}" is not between 1 and 65535`,
    );
  });

  test("upper-case letters are refused with the right spelling", () => {
    let hint = "";
    try {
      parseReference("registry.example.com/Team/App:V1");
    } catch (error) {
      hint = (error as { hint: string }).hint;
    }
    expect(hint).toBe("Did you mean registry.example.com/team/app:V1?");
  });

  test.each([
    ["debian", "debian:latest"],
    ["docker.io/library/debian:13", "debian:13"],
    ["docker.io/bitnami/redis:8", "bitnami/redis:8"],
    ["localhost:5000/library/app:1", "localhost:5000/library/app:1"],
    [`debian@${DIGEST}`, `debian@${DIGEST}`],
  ])("%s is written as %s", (text, written) => {
    expect(formatReference(parseReference(text))).toBe(written);
  });
});
