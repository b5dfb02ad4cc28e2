import { readdir, readFile, stat } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import { makeFolder } from "../config/testing/folder.ts";
import { publicFileOf, writeKeyPair } from "./write-key-pair.ts";

const PAIR = { privateKey: "private\n", publicKey: "public\n", keyId: "id" };

describe("writing a pair of keys", () => {
  it("lets only its owner read the private one", async () => {
    await using folder = await makeFolder({});
    const files = await writeKeyPair(PAIR, `${folder.path}/seatrial.key`);
    expect(files).toEqual({
      privateKey: `${folder.path}/seatrial.key`,
      publicKey: `${folder.path}/seatrial.pub`,
    });
    expect((await stat(files.privateKey)).mode & 0o777).toBe(0o600);
    expect(await readFile(files.privateKey, "utf8")).toBe("private\n");
    expect(await readFile(files.publicKey, "utf8")).toBe("public\n");
  });

  it.each(["seatrial.key", "seatrial.pub"])("leaves everything as it was when %s is there", async (name) => {
    await using folder = await makeFolder({ [name]: "mine" });
    await expect(writeKeyPair(PAIR, `${folder.path}/seatrial.key`)).toThrowWithCode("KEY_EXISTS");
    expect((await readdir(folder.path)).filter((file) => file !== ".git")).toEqual([name]);
    expect(await readFile(`${folder.path}/${name}`, "utf8")).toBe("mine");
  });

  it("fails where there is no such folder", async () => {
    await using folder = await makeFolder({});
    await expect(writeKeyPair(PAIR, `${folder.path}/no/seatrial.key`)).toThrowWithCode(
      "ATTESTATION_NOT_WRITTEN",
    );
  });

  it.each([
    ["a.key", "a.pub"],
    ["release", "release.pub"],
    ["a.pem", "a.pem.pub"],
  ])("puts the public half of %s into %s", (file, publicFile) => {
    expect(publicFileOf(file)).toBe(publicFile);
  });
});
