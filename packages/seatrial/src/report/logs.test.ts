import { mkdir, mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { describe, expect, it } from "vitest";
import type { NodeRef, RunEvent } from "../model/index.ts";
import type { ToolError } from "../support/error.ts";
import { createRedactor } from "../support/redact.ts";
import { createLogs } from "./logs.ts";

const DB: NodeRef = { kind: "service", name: "db" };
const SECRET = "hunter2-hunter2";

async function open(options: { broken?: boolean } = {}) {
  const folder = await mkdtemp(path.join(tmpdir(), "seatrial-logs-"));
  if (options.broken !== true) await mkdir(path.join(folder, "logs"));
  const events: Extract<RunEvent, { type: "output" }>[] = [];
  const errors: ToolError[] = [];
  const logs = createLogs({
    folder,
    redactor: createRedactor([SECRET]),
    emit: (event) => {
      if (event.type === "output") events.push(event);
    },
    onError: (error) => void errors.push(error),
  });
  return {
    logs,
    events,
    errors,
    log: logs.open(DB),
    read: (name = "db") => readFile(path.join(folder, `logs/${name}.log`), "utf8"),
    emitted: () => events.map((event) => event.text).join(""),
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true }),
  };
}

const bytes = (text: string) => Buffer.from(text);

describe("a log", () => {
  it("is whole, however the output was cut into chunks", async () => {
    await using files = await open();
    const text = "one\ntwo: ünï😀\n\nthree without an end";
    for (const byte of bytes(text)) await files.log.write("stdout", Buffer.of(byte));
    await files.logs.close();
    expect(await files.read()).toBe(`${text}\n`);
    expect(files.emitted()).toBe(`${text}\n`);
  });

  it("keeps the two streams' lines apart", async () => {
    await using files = await open();
    await files.log.write("stdout", bytes("out "));
    await files.log.write("stderr", bytes("err\n"));
    await files.log.write("stdout", bytes("put\n"));
    await files.logs.close();
    expect(await files.read()).toBe("err\nout put\n");
    expect(files.events.map((event) => event.stream)).toEqual(["stderr", "stdout"]);
  });

  it("keeps bytes at its end that are no whole character", async () => {
    await using files = await open();
    await files.log.write("stdout", bytes("é").subarray(0, 1));
    await files.logs.close();
    expect(await files.read()).toBe("\ufffd\n");
  });

  it("is one for each part of the run, also where a service is called like something else", async () => {
    await using files = await open();
    const nodes: NodeRef[] = [
      { kind: "build", name: "build" },
      { kind: "service", name: "build" },
      { kind: "suite", name: "unit" },
      { kind: "service", name: "suite-unit" },
    ];
    for (const node of nodes) await files.logs.open(node).write("stdout", bytes(`${node.kind}\n`));
    expect(files.logs.open(DB)).toBe(files.log);
    await files.logs.close();
    const names = nodes.map((node) => files.logs.open(node).file);
    expect(new Set(names).size).toBe(4);
    expect(names.slice(0, 1)).toEqual(["logs/build.log"]);
    expect(await files.read("build")).toBe("build\n");
  });

  it("takes no path from a name", async () => {
    await using files = await open();
    expect(files.logs.open({ kind: "service", name: "../../etc/x" }).file).toBe("logs/..-..-etc-x.log");
    await files.logs.close();
  });
});

describe("a secret", () => {
  it("is hidden in the file, in events and in last lines, also when it comes in pieces", async () => {
    await using files = await open();
    for (const part of ["password=hun", "ter2-hun", "ter2 ok\n"])
      await files.log.write("stdout", bytes(part));
    expect(files.log.lastLines(5)).toEqual(["password=[redacted] ok"]);
    await files.logs.close();
    expect(await files.read()).toBe("password=[redacted] ok\n");
    expect(files.emitted()).not.toContain("hunter2");
  });

  it("is hidden when somebody looks at the last lines while it arrives", async () => {
    await using files = await open();
    await files.log.write("stdout", bytes("a line\nkey: hunter2-"));
    expect(files.log.lastLines(5)).toHaveLength(2);
    await files.log.write("stdout", bytes("hunter2\n"));
    await files.logs.close();
    expect(await files.read()).toBe("a line\nkey: [redacted]\n");
  });

  it("is hidden wherever it stands in a line that never ends", async () => {
    await using files = await open();
    const filler = "x".repeat(65_530);
    const chunks = `${filler}${SECRET}${filler}${SECRET}${filler}`.match(/.{1,1000}/gs) ?? [];
    for (const chunk of chunks) await files.log.write("stdout", bytes(chunk));
    await files.logs.close();
    const text = await files.read();
    expect(text).not.toContain("hunter2");
    expect(text.split("[redacted]")).toHaveLength(3);
    expect(text.replaceAll(/\n|\[redacted\]/g, "")).toBe(filler.repeat(3));
  });
});

describe("the last lines", () => {
  it("are the newest, as many as are asked for, with what has no end yet", async () => {
    await using files = await open();
    const many = Array.from({ length: 1_000 }, (_, at) => `line ${at}\n`).join("");
    await files.log.write("stdout", bytes(`${many}no end`));
    expect(files.log.lastLines(3)).toEqual(["line 998", "line 999", "no end"]);
    expect(files.log.lastLines(10_000).length).toBeLessThanOrEqual(401);
    await files.log.write("stdout", bytes(" yet\n"));
    expect(files.log.lastLines(1)).toEqual(["no end yet"]);
    await files.logs.close();
  });

  it("are cut where they are very long; the file is not", async () => {
    await using files = await open();
    await files.log.write("stdout", bytes(`${"y".repeat(50_000)}\n`));
    expect(files.log.lastLines(1)[0]?.length).toBeLessThan(2_100);
    await files.logs.close();
    expect(await files.read()).toHaveLength(50_001);
  });
});

describe("writing", () => {
  it("waits while the disk is behind, so that nothing piles up", async () => {
    await using files = await open();
    let waited = false;
    const write = files.log.write("stdout", bytes(`${"z".repeat(1_000_000)}\n`)).then(() => {
      waited = true;
    });
    for (let turn = 0; turn < 5; turn += 1) await Promise.resolve();
    expect(waited).toBe(false);
    await write;
    await files.logs.close();
    expect(await files.read()).toHaveLength(1_000_001);
  });

  it("after the end is dropped, and is no error", async () => {
    await using files = await open();
    await files.log.write("stdout", bytes("kept\n"));
    const closing = files.logs.close();
    await files.log.write("stdout", bytes("too late\n"));
    await closing;
    await files.log.write("stdout", bytes("later still\n"));
    await files.logs.close();
    expect(await files.read()).toBe("kept\n");
    expect(files.emitted()).toBe("kept\n");
    expect(files.errors).toEqual([]);
  });

  it("to a place that cannot be written is told once, and hangs neither writes nor the end", async () => {
    await using files = await open({ broken: true });
    for (let at = 0; at < 50; at += 1) await files.log.write("stdout", bytes(`${"z".repeat(20_000)}\n`));
    await files.logs.close();
    expect(files.errors.map((error) => error.code)).toEqual(["RESULTS_NOT_WRITABLE"]);
    expect(files.log.lastLines(1)).toHaveLength(1);
  });
});
