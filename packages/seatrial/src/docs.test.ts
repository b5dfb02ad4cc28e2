import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { describe, it } from "vitest";

const SCRIPT = fileURLToPath(new URL("../../../scripts/write-docs.mjs", import.meta.url));

describe("what is generated", () => {
  it("is what the source says: every command, key, error code and event, and the pipelines of examples", async () => {
    // Fails with the names of the pages and the command that mends them.
    await promisify(execFile)(process.execPath, [SCRIPT, "--check"]);
  }, 30_000);
});
