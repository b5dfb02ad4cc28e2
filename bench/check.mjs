// What it takes to read every layer of an image: the engine's own export, a first check, and one of layers that were read before.

import { spawn } from "node:child_process";
import { createWriteStream } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { run } from "./command.mjs";
import { measure, table } from "./measure.mjs";
import { endWithUs } from "./stop.mjs";

const here = dirname(fileURLToPath(import.meta.url));
const seatrial = join(here, "../packages/seatrial/dist/main.js");
const project = join(here, "../examples/fastapi-poetry");

/** What `docker save` writes, thrown away. */
function save(image) {
  return new Promise((resolve, reject) => {
    const child = spawn("docker", ["save", image], { stdio: ["ignore", "pipe", "inherit"] });
    endWithUs(child);
    child.stdout.pipe(createWriteStream("/dev/null"));
    child.on("error", reject);
    child.on("close", (code) =>
      code === 0 ? resolve() : reject(new Error(`docker save ended with ${code}`)),
    );
  });
}

export async function check({ rounds = 5 } = {}) {
  const caches = await mkdtemp(join(tmpdir(), "seatrial-bench-"));
  try {
    await run(process.execPath, [seatrial, "build", "--folder", project, "--quiet"]);
    const image = (
      await run("docker", ["image", "inspect", "--format", "{{.Id}}", "seatrial/roomly:prod"])
    ).trim();
    const checkWith = (cache) =>
      run(process.execPath, [seatrial, "check", "--folder", project, "--image", image, "--quiet"], {
        env: { ...process.env, XDG_CACHE_HOME: join(caches, cache) },
      });
    const times = await measure({
      rounds,
      contestants: [
        { name: "seatrial check, first time", run: (round) => checkWith(`cold-${round}`) },
        { name: "seatrial check, layers known", run: () => checkWith("warm") },
        { name: "docker save alone", run: () => save(image) },
      ],
    });
    return table(times);
  } finally {
    await rm(caches, { recursive: true, force: true });
  }
}
