import { project, type TestProject } from "./project.ts";

/** A project whose every stage lasts long enough to be interrupted: building, booting, the snapshot, the suite, collecting. */
export async function slowProject(options: {
  name: string;
  buildSeconds?: number | undefined;
}): Promise<TestProject> {
  const { name, buildSeconds = 0 } = options;
  // Where the build is not what is interrupted, all have one image, which is read once.
  const step = buildSeconds > 0 ? `RUN sleep ${buildSeconds} && echo ${name}\n` : "";
  return await project({
    Dockerfile: `FROM debian:13\n${step}COPY suite.sh /suite.sh\n`,
    "suite.sh": [
      "#!/bin/sh",
      "echo running",
      'mkdir -p "$SEATRIAL_RESULTS/many"',
      "head -c 50000000 /dev/urandom > $SEATRIAL_RESULTS/many/large",
      "sleep 2",
    ].join("\n"),
    "compose.yaml": [
      "services:",
      "  db:",
      "    image: postgres:17",
      `    environment: { POSTGRES_PASSWORD: e2e, E2E: "${name}" }`,
      "    configs: [{ source: init, target: /docker-entrypoint-initdb.d/slow.sql }]",
      "configs:",
      "  init: { content: 'select pg_sleep(1);' }",
    ].join("\n"),
    "seatrial.yaml": [
      `name: ${name}`,
      "suites:",
      "  slow:",
      "    runner: command",
      "    command: sh /suite.sh",
      "    needs: [db]",
    ].join("\n"),
  });
}
