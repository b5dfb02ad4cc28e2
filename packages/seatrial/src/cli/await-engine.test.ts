import { mkdir, writeFile } from "node:fs/promises";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { describe, expect, it, vi } from "vitest";
import { mayBeStarting } from "../engine/docker/index.ts";
import { engineError } from "../engine/index.ts";
import { createMemoryEngine } from "../engine/memory/index.ts";
import { createCertificates } from "../support/testing/certificates.ts";
import { awaitEngine } from "./await-engine.ts";
import { at, PROJECT } from "./testing/at.ts";

const away = () => engineError({ code: "ENGINE_UNREACHABLE", message: "Nothing answers." });

describe("awaitEngine", () => {
  const waiting = (options: Partial<Parameters<typeof awaitEngine>[0]>) => {
    const said: string[] = [];
    const signal = new AbortController().signal;
    const engine = awaitEngine({
      open: async () => {
        throw away();
      },
      mayBeStarting,
      say: (line) => said.push(line),
      signal,
      limit: 600,
      ...options,
    });
    return { engine, said };
  };

  it("says once what it waits for, and returns the engine that answers at last", async () => {
    let tries = 0;
    const { engine, said } = waiting({
      open: async () => {
        tries += 1;
        if (tries < 3) throw away();
        return createMemoryEngine();
      },
      limit: 10_000,
    });
    await using found = await engine;
    expect(found.endpoint).toBeDefined();
    expect(said).toEqual(["waiting for the engine, 10 s at most: Nothing answers."]);
  });

  it("fails with what the last try saw when the time is up", async () => {
    const { engine } = waiting({});
    await expect(engine).toThrowWithCode("ENGINE_UNREACHABLE");
    await expect(engine).rejects.toThrow(/^Nothing answers\. It was waited for 0\.6 s\.$/);
  });

  it("does not wait longer for an engine that takes connections and says nothing", async () => {
    const silent = {
      ...createMemoryEngine(),
      capabilities: async (signal: AbortSignal) =>
        await new Promise<never>((_, reject) =>
          signal.addEventListener("abort", () => reject(signal.reason)),
        ),
    };
    const { engine, said } = waiting({ open: async () => silent, limit: 100 });
    await expect(engine).toThrowWithCode("ENGINE_UNREACHABLE");
    expect(said).toEqual([]);
  });

  it("fails at once with what waiting does not mend, and when it is stopped", async () => {
    const open = async () => {
      throw engineError({ code: "ENGINE_DENIED", message: "no" });
    };
    const denied = waiting({ open, limit: 600_000 });
    await expect(denied.engine).toThrowWithCode("ENGINE_DENIED");
    expect(denied.said).toEqual([]);
    const stop = new AbortController();
    const stopped = waiting({ signal: stop.signal, limit: 600_000 });
    stop.abort(new Error("stopped"));
    await expect(stopped.engine).rejects.toThrow("stopped");
  });
});

/** A job of a pipeline beside an engine with TLS that neither listens nor has written its certificates yet. */
async function beside() {
  const { ca, server: own, client } = createCertificates();
  const tls = { ...own, ca: ca.cert, requestCert: true, rejectUnauthorized: true };
  const server = createServer(tls, ({ url = "" }, response) => {
    const version = { Version: "28.1", ApiVersion: "1.41", Os: "linux", Arch: "amd64", MemTotal: 1, NCPU: 4 };
    response.setHeader("api-version", "1.41");
    response.statusCode = /_ping|version|info/.test(url) ? 200 : 404;
    response.end(url.endsWith("_ping") ? "OK" : JSON.stringify(version));
  });
  const listen = async (port: number) => {
    await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
    return (server.address() as AddressInfo).port;
  };
  const close = async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  };
  const port = await listen(0);
  await close();
  const here = await at(PROJECT, {
    CI: "true",
    DOCKER_HOST: `tcp://127.0.0.1:${port}`,
    DOCKER_TLS_VERIFY: "1",
  });
  const folder = `${here.path}/certs`;
  here.surroundings.environment.env["DOCKER_CERT_PATH"] = folder;
  return {
    ...here,
    listen: () => listen(port),
    async waitsFor(what: RegExp) {
      const said = new RegExp(`waiting for the engine, 1 m 00 s at most: .*${what.source}`);
      await expect.poll(here.stderr, { timeout: 10_000 }).toMatch(said);
    },
    async writeCertificates({ length }: { length?: number } = {}) {
      await mkdir(folder, { recursive: true });
      await writeFile(`${folder}/cert.pem`, client.cert.slice(0, length));
      await writeFile(`${folder}/key.pem`, client.key);
      await writeFile(`${folder}/ca.pem`, ca.cert);
    },
    async [Symbol.asyncDispose]() {
      await close();
      await here[Symbol.asyncDispose]();
    },
  };
}

describe("in a pipeline", () => {
  it("a command waits for the certificates of an engine, and for the engine", async () => {
    await using here = await beside();
    const ended = here.seatrial("doctor");
    await here.waitsFor(/pem could not be read/);
    // A file is there before all of it is.
    await here.writeCertificates({ length: 100 });
    await here.waitsFor(/TLS/);
    await here.writeCertificates();
    await here.waitsFor(/ECONNREFUSED/);
    await here.listen();
    await ended;
    expect(here.stdout()).toContain("✔ engine     Docker Engine 28.1 at tcp://127.0.0.1:");
  });

  it("Compose, which reads the certificates too, is asked once they are there", async () => {
    await using here = await beside();
    const { env } = here.surroundings.environment;
    env["PATH"] = `${here.path}/bin:${process.env["PATH"]}`;
    await mkdir(`${here.path}/bin`);
    const script =
      '[ -e "$DOCKER_CERT_PATH/ca.pem" ] || exit 1; echo "{ name: shop, services: { db: { image: a } } }"';
    await writeFile(`${here.path}/bin/docker`, `#!/bin/sh\n${script}\n`, { mode: 0o755 });
    const ended = here.seatrial("test", "unit");
    // Time enough for the project's files to be read.
    await expect.poll(here.stderr, { timeout: 10_000 }).toMatch(/… \d+ s {2}waiting for the engine\n/);
    await here.writeCertificates();
    await here.listen();
    await ended;
    expect(here.stderr()).not.toContain("COMPOSE");
  });

  it.each([false, true])("`up` says what it waits for, unless it is to be quiet (%s)", async (quiet) => {
    vi.useFakeTimers({ toFake: ["setInterval"] });
    try {
      await using here = await beside();
      // As `up` asks the process that owns its services, whose stderr it passes on.
      const request = { what: "up", services: [], suites: [], fresh: false, instead: [], lease: 1, quiet };
      const ended = here.seatrial("own", JSON.stringify(request));
      await here.waitsFor(/pem could not be read/);
      const said = async () => {
        vi.advanceTimersByTime(2_000);
        return here.stderr();
      };
      if (quiet) expect(await said()).not.toContain("…");
      else await expect.poll(said).toMatch(/… \d+ s {2}waiting for the engine\n/);
      await here.writeCertificates();
      await here.listen();
      await ended;
    } finally {
      vi.useRealTimers();
    }
  });

  it("a plan is shown without waiting for an engine", async () => {
    await using here = await at(
      { ...PROJECT, "compose.yaml": "services: {}\n" },
      { CI: "true", JENKINS_URL: "https://ci.example" },
    );
    await here.seatrial("run", "--dry-run");
    expect(here.stderr()).not.toContain("waiting for the engine");
  });
});
