// The agent's own tests, and a count of them.
import { runGoTests } from "./go-tests.mjs";

process.exitCode = await runGoTests({
  name: "agent",
  folder: "agent",
  files: ["agent", "protocol", "packages/seatrial/package.json"],
  // Tests of the first process of a container make namespaces of their own, which a container may not do by default.
  dockerArgs: [
    ...["--cap-add", "SYS_ADMIN", "--security-opt", "seccomp=unconfined"],
    ...["--security-opt", "apparmor=unconfined"],
    // The hook for programs of Node is tried with this one.
    ...["--volume", `${process.execPath}:/usr/local/bin/node:ro`],
  ],
});
