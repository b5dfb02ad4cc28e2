import { docker } from "./engine.ts";
import { project } from "./project.ts";

const NAME = "seatrial-e2e-small";
const PROGRAMS = [
  "sh",
  "cat",
  "date",
  "echo",
  "env",
  "false",
  "grep",
  "ls",
  "printf",
  "sleep",
  "test",
  "true",
];

/**
 * The name of an image with a shell and few programs, of 4 MB: for tests that push what is on top of it, or have it read. An engine
 * compresses and exports all layers of an image, also those that everybody knows.
 */
export async function smallBase(): Promise<string> {
  await using context = await project({
    Dockerfile: [
      "FROM debian:13 AS system",
      `RUN mkdir /small && for program in ${PROGRAMS.join(" ")}; do \\`,
      '  ldd "/bin/$program" | grep -o "/[^ ]*" | xargs cp --dereference --parents --update --target-directory /small "/bin/$program"; done && \\',
      "  mkdir -m 1777 /small/tmp",
      "FROM scratch",
      "COPY --from=system /small /",
      "ENV PATH=/bin",
    ].join("\n"),
  });
  await docker("build", "--quiet", "--tag", NAME, context.folder);
  return NAME;
}
