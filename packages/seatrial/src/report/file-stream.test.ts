import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { ToolError } from "../support/error.ts";
import { openFile } from "./file-stream.ts";

let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "seatrial-file-stream-"));
});
afterAll(() => rm(folder, { recursive: true }));

function open(file: string) {
  const errors: ToolError[] = [];
  return { errors, stream: openFile({ file, onError: (error) => void errors.push(error) }) };
}

test("everything that was written is in the file once it is closed, and nothing later", async () => {
  const file = join(folder, "whole");
  const { errors, stream } = open(file);
  for (let at = 0; at < 100; at += 1) await stream.write("x".repeat(10_000));
  await stream.close();
  await stream.write("late");
  expect((await readFile(file)).length).toBe(1_000_000);
  expect(errors).toEqual([]);
});

test("waits for room with few listeners, however much is written", async () => {
  const warnings: string[] = [];
  const listen = (warning: Error) => void warnings.push(warning.name);
  process.on("warning", listen);
  const { stream } = open(join(folder, "large"));
  await Promise.all(Array.from({ length: 200 }, () => stream.write("x".repeat(100_000))));
  await stream.close();
  await new Promise(setImmediate);
  process.off("warning", listen);
  expect(warnings).toEqual([]);
});

test("a file that cannot be opened is told once, and neither writing nor closing hangs", async () => {
  const file = join(folder, "no/such/folder");
  const { errors, stream } = open(file);
  await Promise.all(Array.from({ length: 20 }, () => stream.write("x".repeat(100_000))));
  await stream.close();
  await stream.close();
  expect(errors.map((error) => error.code)).toEqual(["RESULTS_NOT_WRITABLE"]);
  expect(errors[0]?.message).toContain(file);
});

test("a full disk is told once, and neither writing nor closing hangs", async () => {
  const { errors, stream } = open("/dev/full");
  await Promise.all(Array.from({ length: 20 }, () => stream.write("x".repeat(100_000))));
  await stream.close();
  expect(errors.map((error) => error.message)).toEqual([expect.stringContaining("ENOSPC")]);
});
