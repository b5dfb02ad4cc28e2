import { readFile, stat } from "node:fs/promises";
import { PassThrough } from "node:stream";
import { describe, expect, it } from "vitest";
import { loadSigner } from "../attest/index.ts";
import { at } from "./testing/at.ts";

const ENV = { SEATRIAL_KEY_PASSPHRASE: "open sesame" };

/** Somebody at a terminal who types this, in one piece or several. */
async function typed(...pieces: (string | Buffer)[]) {
  const here = await at({});
  const modes: boolean[] = [];
  const terminal = Object.assign(new PassThrough(), {
    isTTY: true,
    setRawMode: (raw: boolean) => void modes.push(raw),
  });
  here.surroundings.stdin = terminal as unknown as NodeJS.ReadStream;
  for (const piece of pieces) terminal.write(piece);
  const code = await here.seatrial("key", "new");
  return { here, code, modes, [Symbol.asyncDispose]: () => here[Symbol.asyncDispose]() };
}

describe("key new", () => {
  it("writes a key that its passphrase opens, and says its id and what each file is for", async () => {
    await using here = await at({}, ENV);
    expect(await here.seatrial("key", "new")).toBe(0);
    const pem = await readFile(`${here.path}/seatrial.key`, "utf8");
    const { keyId } = await loadSigner({ pem, passphrase: "open sesame" });
    expect(here.stdout()).toBe(
      `private key  seatrial.key  encrypted with the passphrase; keep it out of git and of the build context\n` +
        `public key   seatrial.pub  for everybody who verifies\nkey id       ${keyId}\n`,
    );
    expect(here.stderr()).toBe("");
    expect((await stat(`${here.path}/seatrial.key`)).mode & 0o777).toBe(0o600);
  });

  it("leaves a key plain only when it is told to", async () => {
    await using here = await at({}, ENV);
    expect(await here.seatrial("key", "new", "--no-passphrase", "--out", "plain.key")).toBe(0);
    expect(await readFile(`${here.path}/plain.key`, "utf8")).toMatch(/^-----BEGIN PRIVATE KEY-----/);
    expect(here.stdout()).toContain("plain.pub");
    expect(here.stdout()).toContain("NOT encrypted");
  });

  it("never overwrites", async () => {
    await using here = await at({ "seatrial.pub": "mine" }, ENV);
    expect(await here.seatrial("key", "new")).toBe(2);
    expect(here.stderr()).toContain("[KEY_EXISTS]");
    expect(await readFile(`${here.path}/seatrial.pub`, "utf8")).toBe("mine");
    await expect(stat(`${here.path}/seatrial.key`)).rejects.toThrow("ENOENT");
  });

  it("wants a passphrase where nobody can be asked", async () => {
    await using here = await at({});
    expect(await here.seatrial("key", "new")).toBe(2);
    expect(here.stderr()).toContain("[KEY_PASSPHRASE_MISSING]");
    expect(here.stderr()).toContain("--no-passphrase");
  });

  it.each([["make"], [""]])("knows no other action, such as %j", async (action) => {
    await using here = await at({});
    expect(await here.seatrial("key", action)).toBe(2);
  });
});

describe("the question for a passphrase", () => {
  it.each([
    ["typed twice", ["open sesame\r", "open sesame\r"]],
    ["pasted in one piece", ["open sesame\nopen sesame\n"]],
    ["mended on the way", ["open sesamee\u007f\r", "wrong\u0015open sesame\r"]],
    ["typed slowly", [..."open sesame\ropen sesame\r"]],
  ])("takes what is %s, and shows nothing of it", async (_how, pieces) => {
    await using session = await typed(...pieces);
    expect(session.code).toBe(0);
    expect(session.here.stderr()).toBe("Passphrase for the new key: \nThe same again: \n");
    expect(session.modes).toEqual([true, false]);
    const pem = await readFile(`${session.here.path}/seatrial.key`, "utf8");
    await loadSigner({ pem, passphrase: "open sesame" });
    expect(session.here.stdout() + session.here.stderr()).not.toContain("sesame");
  });

  it.each([
    ["two different ones", "one\rother\r", 2, "PASSPHRASES_DIFFER"],
    ["an empty one", "\r", 2, "KEY_PASSPHRASE_MISSING"],
    ["Ctrl-C", "open\u0003", 130, "STOPPED"],
  ])("ends with %s: nothing is written, and the terminal is given back", async (_what, piece, exit, code) => {
    await using session = await typed(piece);
    expect([session.code, session.modes]).toEqual([exit, [true, false]]);
    expect(session.here.stderr()).toContain(`[${code}]`);
    await expect(stat(`${session.here.path}/seatrial.key`)).rejects.toThrow("ENOENT");
  });

  it("takes a character whose bytes come one by one", async () => {
    const [first = 0, ...rest] = Buffer.from("öpen\röpen\r");
    await using session = await typed(Buffer.from([first]), Buffer.from(rest));
    expect(session.code).toBe(0);
    const pem = await readFile(`${session.here.path}/seatrial.key`, "utf8");
    await loadSigner({ pem, passphrase: "öpen" });
  });

  it("ends when the terminal is gone", async () => {
    const here = await at({});
    const terminal = Object.assign(new PassThrough(), { isTTY: true, setRawMode: () => undefined });
    here.surroundings.stdin = terminal as unknown as NodeJS.ReadStream;
    terminal.end();
    expect(await here.seatrial("key", "new")).toBe(130);
    await here[Symbol.asyncDispose]();
  });
});
