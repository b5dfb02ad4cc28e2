import type { CheckCase, DynamicCheck, DynamicSubject } from "../check.ts";
import { type CommandEnd, imageProcess, runCommand } from "../container/command.ts";
import type { CheckContainer } from "../container/container.ts";
import { inParallel } from "../container/parallel.ts";
import { describeExit, firstLines } from "../container/telling.ts";
import { type Attempt, attemptsFor, findInterpreters } from "./attempts.ts";

const LIMIT_MS = 5_000;
const AT_ONCE = 4;

/** The proof by trying: what is absent cannot be run. */
export const absentRun: DynamicCheck = {
  name: "absent",
  kind: "dynamic",
  explain: [
    "And it runs each of these names in the release image, as the image's own user, without a shell: `executable not found` is the pass.",
    "Where the image has Python or Node, it also tries `python -m NAME` and whether `require` finds NAME from the image's working directory.",
    `What starts is killed after ${LIMIT_MS / 1000} seconds. Commands outside of the PATH are seen by the search in the layers only.`,
  ].join(" "),
  asked: ({ absent }) => (absent.length === 0 ? undefined : absent.join(", ")),
  async run(subject) {
    const { plan, signal } = subject;
    const container = await subject.container();
    subject.context.note(`trying to run ${plan.absent.join(", ")}`);
    const interpreters = await findInterpreters((argv) => attempt(container, argv, subject));
    const attempts = plan.absent.flatMap((thing) => attemptsFor(thing, interpreters));
    await inParallel(attempts, {
      limit: AT_ONCE,
      signal,
      work: async (each) => {
        const start = performance.now();
        const end = await attempt(container, each.argv, subject);
        return { ...judge(each, end), duration: Math.round(performance.now() - start) };
      },
      done: subject.report,
    });
  },
};

async function attempt(
  { agent, image }: CheckContainer,
  argv: readonly string[],
  { signal }: DynamicSubject,
): Promise<CommandEnd> {
  return await runCommand({ agent, process: imageProcess(image, argv), limit: LIMIT_MS, signal });
}

function judge(tried: Attempt, end: CommandEnd): CheckCase {
  const { name, thing } = tried;
  if (tried.isAbsent(end)) return { name, status: "passed" };
  const advice = `Install ${thing} in a stage that does not ship, and copy from it only what the program needs.`;
  const found = tried.found(end) ?? describe(end);
  const output = "stdout" in end ? firstLines(end) : undefined;
  return { name, status: "failed", message: `${found}\n${advice}`, output };
}

function describe(end: CommandEnd): string {
  switch (end.kind) {
    case "missing":
      return `It could not be tried: ${end.reason}.`;
    case "refused":
      return `It is there, or may be: ${end.reason}.`;
    case "late":
      return `It is there: it started, and was killed after ${LIMIT_MS / 1000} s.`;
    case "ended":
      return `It is there: it started, and ended ${describeExit(end.exit)}.`;
  }
}
