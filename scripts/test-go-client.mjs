// The Go client's tests, against golden messages, a scripted broker, and a real one with a server in memory.
import { startClientBroker } from "./client-broker.mjs";
import { runGoTests } from "./go-tests.mjs";

const broker = await startClientBroker();
try {
  process.exitCode = await runGoTests({
    name: "go client",
    folder: "clients/go",
    files: ["clients/go", "protocol"],
    args: ["-tags", "real"],
    // One of its tests has it vetted, all of it.
    env: { ...broker.env, GOFLAGS: "-trimpath -vet=off" },
    race: true,
    dockerArgs: ["--network", "host", "--volume", `${broker.folder}:${broker.folder}`],
  });
} finally {
  await broker.close();
}
