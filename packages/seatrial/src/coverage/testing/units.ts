import { createHash } from "node:crypto";
import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import type { UnitManifest } from "../units/manifest.ts";

/** Writes a unit with these files below a folder, as whoever collected it would; `manifest` replaces what is usual. */
export async function writeUnit(
  folder: string,
  service: string,
  files: Readonly<Record<string, string | Buffer>>,
  manifest: Partial<UnitManifest> = {},
): Promise<string> {
  const unit = path.join(folder, service, "1", "1");
  for (const [name, content] of Object.entries(files)) {
    await mkdir(path.dirname(path.join(unit, name)), { recursive: true });
    await writeFile(path.join(unit, name), content);
  }
  const whole: UnitManifest = {
    version: 1,
    run: "r1",
    service,
    instance: "1",
    boot: "1",
    startedAt: "2026-01-02T10:15:00Z",
    endedAt: "2026-01-02T10:16:00Z",
    argv: ["/app"],
    workingDir: "/app",
    files: Object.entries(files).map(([name, content]) => ({
      path: name,
      bytes: Buffer.byteLength(content),
      digest: `sha256:${createHash("sha256").update(content).digest("hex")}`,
    })),
    problems: [],
    ...manifest,
  };
  await mkdir(unit, { recursive: true });
  await writeFile(path.join(unit, "manifest.json"), JSON.stringify(whole));
  return unit;
}

/** An lcov report of one file: how often each of its lines was reached. */
export function lcov(file: string, ...hits: number[]): string {
  return `TN:\nSF:${file}\n${hits.map((count, at) => `DA:${at + 1},${count}\n`).join("")}end_of_record\n`;
}
