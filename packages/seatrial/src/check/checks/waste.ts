import { formatBytes } from "../../model/index.ts";
import type { CheckCase, StaticCheck, StaticSubject } from "../check.ts";

/** Bytes that travel with the image and that no container sees. */
export const waste: StaticCheck = {
  name: "waste",
  kind: "static",
  explain:
    "Adds up the files in the project's own layers that a later layer overwrites or deletes. Layers of the base image are told apart by the Dockerfile's instructions in the image's history, and only told. Always told; judged when there is a limit.",
  asked: ({ wasteBytes }) => (wasteBytes === undefined ? undefined : `at most ${formatBytes(wasteBytes)}`),
  run: (subject) => [judge(subject)],
};

const MOST_TOLD = 3;

function judge({ plan, waste: { own, paths } }: StaticSubject): CheckCase {
  const allowed = plan.wasteBytes ?? Number.POSITIVE_INFINITY;
  const name = `at most ${formatBytes(allowed)}`;
  if (own <= allowed) return { name, status: "passed" };
  const told = paths.filter((each) => each.own).slice(0, MOST_TOLD);
  return {
    name,
    status: "failed",
    message: [
      `${formatBytes(own)} of the project's own layers are overwritten or deleted by later ones:`,
      ...told.map(({ path, bytes }) => `${formatBytes(bytes)}  ${path}`),
      "Delete files in the same RUN that makes them, and change owners and modes with COPY --chown and --chmod.",
    ].join("\n"),
  };
}
