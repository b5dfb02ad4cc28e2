// The Python client's tests, in the `python` image, against golden messages, a scripted broker, and a real one with a server in memory.
import { spawnSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { startClientBroker } from "./client-broker.mjs";
import { buildPythonImage, PYTHON_CLIENT } from "./python-image.mjs";
import { runCommand } from "./run-command.mjs";

const TESTS = `
mkdir /src && cd /src && tar x && cd ${PYTHON_CLIENT} || exit
pip install --quiet --no-deps --no-build-isolation --editable . || exit
pytest -n 2 --junitxml=/tmp/junit.xml >&2
code=$?
cat /tmp/junit.xml
exit $code
`;

const image = buildPythonImage();
const broker = await startClientBroker();
try {
  const variables = Object.entries(broker.env).flatMap(([name, value]) => ["--env", `${name}=${value}`]);
  const place = ["--network", "host", "--volume", `${broker.folder}:${broker.folder}`];
  const files = [PYTHON_CLIENT, "protocol"];
  const input = spawnSync("tar", ["-c", "--exclude=__pycache__", ...files], { maxBuffer: 1 << 28 });
  const command = ["docker", "run", "--rm", "-i", ...place, ...variables, image, "sh", "-c", TESTS];
  const ended = await runCommand(command, { input: input.stdout });
  const count = (name) =>
    Number(new RegExp(`<testsuite [^>]*\\b${name}="(\\d+)"`).exec(ended.stdout)?.[1] ?? 0);
  const failed = count("failures") + count("errors");
  const skipped = count("skipped");
  const passed = count("tests") - failed - skipped;
  mkdirSync(".test-results", { recursive: true });
  const counts = { numPassedTests: passed, numFailedTests: failed, numPendingTests: skipped };
  writeFileSync(".test-results/python-client.json", JSON.stringify(counts));
  console.log(`python client: ${passed} passed, ${failed} failed, ${skipped} skipped`);
  if (ended.code !== 0) {
    console.log(ended.stderr);
    process.exitCode = 1;
  }
} finally {
  await broker.close();
}
