import { readFile } from "node:fs/promises";
import type { ServerResponse } from "node:http";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { createFolder } from "../../support/testing/folder.ts";
import { sshArguments } from "./dial-ssh.ts";
import { connectDocker, type DockerEndpoint } from "./index.ts";
import { answer, frame, live, startFakeEngine } from "./testing/fake-engine.ts";

const ADDRESS = { kind: "ssh", host: "build", user: "me", port: 2222, socket: undefined } as const;
const ENDPOINT: DockerEndpoint = {
  url: "ssh://me@build:2222",
  address: ADDRESS,
  commandEnvironment: {},
  source: "the test",
};

/** In place of ssh: joins its stdin and stdout to the engine's socket, and writes down each start. */
const FAKE_SSH = `#!${process.execPath}
const { appendFileSync } = require("node:fs");
const { connect } = require("node:net");
appendFileSync(process.env.SSH_LOG, process.argv.slice(2).join(" ") + "\\n");
const socket = connect({ path: process.env.SSH_SOCKET, allowHalfOpen: true });
process.stdin.pipe(socket);
socket.pipe(process.stdout);
socket.on("close", () => process.exit(0));
`;

async function withSsh(script: string, environment: Record<string, string> = {}) {
  const folder = await createFolder({ "bin/ssh": script });
  const log = path.join(folder.path, "log");
  const engine = connectDocker({
    endpoint: ENDPOINT,
    environment: { PATH: `${folder.path}/bin:/usr/bin:/bin`, SSH_LOG: log, ...environment },
  });
  return {
    engine,
    starts: async () => (await readFile(log, "utf8")).trim().split("\n"),
    async [Symbol.asyncDispose]() {
      await engine[Symbol.asyncDispose]();
      await folder[Symbol.asyncDispose]();
    },
  };
}

describe("an engine behind ssh", { timeout: 30_000 }, () => {
  test("is asked many times through one ssh", async () => {
    await using fake = await startFakeEngine((_request, response) => answer(response, 200, []));
    await using ssh = await withSsh(FAKE_SSH, { SSH_SOCKET: fake.socket });
    for (let round = 0; round < 5; round += 1) await ssh.engine.networks.list({}, live());
    expect(fake.requests).toHaveLength(5);
    expect(await ssh.starts()).toEqual([sshArguments(ADDRESS, 20_000).join(" ")]);
  });

  test("gives attached streams, with both halves", async () => {
    await using fake = await startFakeEngine(() => undefined, {
      onUpgrade(socket) {
        socket.write("HTTP/1.1 101 UPGRADED\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\n");
        let bytes = 0;
        socket.on("data", (chunk: Buffer) => {
          bytes += chunk.length;
        });
        socket.on("end", () => socket.end(frame(1, `got ${bytes}`)));
      },
    });
    await using ssh = await withSsh(FAKE_SSH, { SSH_SOCKET: fake.socket });
    const stream = await ssh.engine.workloads.attach("abc", { onStderr: () => undefined, signal: live() });
    stream.end(Buffer.alloc(1_000_000));
    const chunks: Buffer[] = [];
    for await (const chunk of stream) chunks.push(chunk as Buffer);
    expect(Buffer.concat(chunks).toString()).toBe("got 1000000");
  });

  test("is not stormed: at most six connections log in at once", async () => {
    const held: ServerResponse[] = [];
    let isOpen = false;
    await using fake = await startFakeEngine((_request, response) => {
      if (isOpen) answer(response, 200, []);
      else held.push(response);
    });
    await using ssh = await withSsh(FAKE_SSH, { SSH_SOCKET: fake.socket });
    const calls = Array.from({ length: 10 }, async () => await ssh.engine.networks.list({}, live()));
    // The greeting's connection is in use again; six more have not heard anything yet.
    await expect.poll(() => held.length, { timeout: 20_000 }).toBe(7);
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(await ssh.starts()).toHaveLength(7);
    isOpen = true;
    for (const response of held) answer(response, 200, []);
    expect(await Promise.all(calls)).toHaveLength(10);
  });

  test("that was closed leaves no ssh behind", async () => {
    await using fake = await startFakeEngine((_request, response) => answer(response, 200, []));
    await using ssh = await withSsh(
      FAKE_SSH.replace(
        "const socket",
        'appendFileSync(process.env.SSH_LOG, process.pid + "\\n");\nconst socket',
      ),
      {
        SSH_SOCKET: fake.socket,
      },
    );
    await ssh.engine.networks.list({}, live());
    const pid = Number((await ssh.starts())[1]);
    expect(isRunning(pid)).toBe(true);
    await ssh.engine[Symbol.asyncDispose]();
    await expect.poll(() => isRunning(pid), { timeout: 10_000 }).toBe(false);
  });

  const failing = (code: number, words: string) => `#!/bin/sh\necho "${words}" >&2\nexit ${code}\n`;

  test.each([
    [
      failing(255, "me@build: Permission denied (publickey)."),
      "ENGINE_DENIED",
      "Permission denied (publickey)",
    ],
    [failing(255, "Host key verification failed."), "ENGINE_DENIED", "Host key verification failed"],
    [
      failing(255, "ssh: Could not resolve hostname build"),
      "ENGINE_UNREACHABLE",
      "Could not resolve hostname",
    ],
    [failing(127, "bash: line 1: docker: command not found"), "ENGINE_UNREACHABLE", "command not found"],
    [failing(1, ""), "ENGINE_UNREACHABLE", "ssh said nothing"],
  ])("reports ssh's own words: %s", async (script, code, words) => {
    await using ssh = await withSsh(script);
    const error: unknown = await ssh.engine.networks.list({}, live()).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code });
    expect(String(error)).toContain(words);
  });

  test("that is cut in the middle of an answer is a lost connection, in ssh's words", async () => {
    await using fake = await startFakeEngine((_request, response) => {
      response.writeHead(200, { "content-length": 100 }).write("[{");
    });
    const dying = `
      socket.on("data", (chunk) => {
        if (!chunk.includes("[{")) return;
        console.error("Connection to build closed by remote host.");
        process.exitCode = 255;
        socket.destroy();
      });`;
    await using ssh = await withSsh(FAKE_SSH.replace(/^socket.on.*$/m, dying), { SSH_SOCKET: fake.socket });
    const error: unknown = await ssh.engine.networks.list({}, live()).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: "ENGINE_CONNECTION_LOST", exitCode: 3 });
    expect(String(error)).toContain("Connection to build closed by remote host.");
  });

  test("needs ssh", async () => {
    const engine = connectDocker({ endpoint: ENDPOINT, environment: { PATH: "/nonexistent" } });
    const error: unknown = await engine.networks.list({}, live()).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: "ENGINE_UNREACHABLE", hint: "Install the OpenSSH client." });
  });
});

describe("the command line of ssh", () => {
  test("asks no questions and puts the host after --", () => {
    expect(sshArguments(ADDRESS, 20_000)).toEqual(
      "-T -o BatchMode=yes -o ConnectTimeout=20 -o ServerAliveInterval=30 -l me -p 2222 -- build docker system dial-stdio".split(
        " ",
      ),
    );
  });

  test("names the engine's socket, quoted for the shell there", () => {
    const args = sshArguments({ ...ADDRESS, user: undefined, port: undefined, socket: "/run/it's mine" }, 1);
    expect(args.slice(args.indexOf("docker"))).toEqual([
      "docker",
      "--host",
      `'unix:///run/it'\\''s mine'`,
      "system",
      "dial-stdio",
    ]);
  });
});

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
