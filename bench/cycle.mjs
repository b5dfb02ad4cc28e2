// One warm cycle: a built image, PostgreSQL, one trivial SQL test inside the image, everything removed.
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { bareCycle, keepInitialised } from "./bare-engine.mjs";
import { run } from "./command.mjs";
import { measure, table } from "./measure.mjs";

const here = dirname(fileURLToPath(import.meta.url));
const project = join(here, "cycle");
const seatrial = join(here, "../packages/seatrial/dist/main.js");
const compose = ["compose", "-f", join(project, "compose.yaml"), "-p", "bench-cycle-compose"];
const kept = "seatrial-bench:initialised";

export async function cycle({ rounds = 7 } = {}) {
  const waiting = "until psql --no-psqlrc -v ON_ERROR_STOP=1 -f /check.sql 2>/dev/null; do sleep 0.02; done";
  const contestants = [
    {
      name: "seatrial test",
      run: () => run(process.execPath, [seatrial, "test", "--folder", project, "--quiet"]),
    },
    {
      name: "docker compose run, down -v",
      run: async () => {
        await run("docker", [...compose, "run", "--rm", "check"]);
        await run("docker", [...compose, "down", "-v"]);
      },
    },
    {
      name: "bare Engine API calls",
      run: () =>
        bareCycle({ database: kept, test: "bench-cycle-compose-check", command: ["sh", "-c", waiting] }),
    },
  ];
  try {
    await run("docker", [...compose, "build", "check"]);
    await keepInitialised({ image: "postgres:17", reference: kept });
    const times = await measure({
      contestants,
      rounds,
      onRound: (round) => console.error(`round ${round} of ${rounds}`),
    });
    return table(times);
  } finally {
    // A round that was stopped, or failed, has left its database and its network.
    for (const words of [
      [...compose, "down", "-v"],
      ["image", "rm", "--force", kept, "bench-cycle-compose-check"],
    ])
      await run("docker", words).catch((error) => console.error(error.message));
  }
}
