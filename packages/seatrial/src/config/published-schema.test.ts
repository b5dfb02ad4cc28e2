import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";

const file = (path: string) => fileURLToPath(new URL(`../../${path}`, import.meta.url));

describe("schema/seatrial.schema.json", () => {
  it("is what the configuration's own schema gives", async () => {
    // Fails with the command that mends it.
    await promisify(execFile)(process.execPath, [file("scripts/write-schema.mjs"), "--check"]);
  }, 30_000);

  it("describes every key of every section, and allows no others", async () => {
    const undescribed: string[] = [];
    const open: string[] = [];
    const look = (node: unknown, path: string): void => {
      if (typeof node !== "object" || node === null) return;
      const { properties, ...rest } = node as { properties?: Record<string, { description?: string }> };
      for (const [key, value] of Object.entries(properties ?? {})) {
        if (value.description === undefined) undescribed.push(`${path}.${key}`);
        look(value, `${path}.${key}`);
      }
      if (
        properties !== undefined &&
        (node as { additionalProperties?: unknown }).additionalProperties !== false
      ) {
        open.push(path);
      }
      for (const [key, value] of Object.entries(rest)) if (key !== "examples") look(value, path);
    };
    look(JSON.parse(await readFile(file("schema/seatrial.schema.json"), "utf8")), "$");
    expect(undescribed).toEqual([]);
    expect(open).toEqual([]);
  });
});
