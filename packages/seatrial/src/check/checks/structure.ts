import type { StructureFile } from "../../config/index.ts";
import type { CheckCase, DynamicCheck, DynamicSubject } from "../check.ts";
import { releaseImage } from "../container/container.ts";
import { inParallel } from "../container/parallel.ts";
import { runCommandTest } from "../structure/command-test.ts";
import { openForCommand, withFiles } from "../structure/containers.ts";
import { runContentTest } from "../structure/content-test.ts";
import { globalEnv } from "../structure/environment.ts";
import { runExistenceTest } from "../structure/existence-test.ts";
import { runLicenseTest } from "../structure/license-test.ts";
import { runMetadataTest } from "../structure/metadata-test.ts";
import type { Verdict } from "../structure/verdict.ts";

const COMMANDS_AT_ONCE = 3;

/** Files of container-structure-test, run as they are. */
export const structure: DynamicCheck = {
  name: "structure",
  kind: "dynamic",
  explain: [
    "Runs files of container-structure-test (schema 2.0.0, YAML or JSON) as they are, with the meaning that its docker driver gives them: each command test in a fresh container in the run's",
    "network, without the image's entrypoint, its setup before it in the same container; expressions are Go's. As in that tool, teardown commands are not run and how a setup ends does not count; in JSON an existence test without shouldExist says that nothing is there, and one without uid and gid that they are 0.",
    "Otherwise than there: content tests follow relative links, a test's envVars count beside those of containerRunOptions, allocateTty works, bindMounts are copies and need absolute paths,",
    "unknown keys are errors in JSON too, a command may take 5 minutes and is not the first process of its container, and files are looked at in a started container: /proc is filled, /dev/console is not there.",
  ].join(" "),
  asked: ({ structure: files }) =>
    files.length === 0 ? undefined : files.map(({ label }) => label).join(", "),
  async run(subject) {
    const { plan, context, signal } = subject;
    const names = new Set<string>();
    const report = (test: CheckCase) => {
      const name = uniqueName(test.name, names);
      subject.report({ ...test, name });
    };
    context.note(`running ${plan.structure.map(({ label }) => label).join(", ")}`);
    const image = await releaseImage(context, signal);
    for (const [index, file] of plan.structure.entries()) {
      const number = index + 1;
      await runCommands(file, { subject, number, report });
      await runFileTests(file, { subject, number, report });
      if (file.metadata !== undefined)
        report(toCase(file, { title: "Metadata Test" }, runMetadataTest(file.metadata, image)));
    }
  },
};

interface PartOptions {
  subject: DynamicSubject;
  /** Of the file. */
  number: number;
  report: (test: CheckCase) => void;
}

async function runCommands(file: StructureFile, { subject, number, report }: PartOptions): Promise<void> {
  const { context } = subject;
  await inParallel([...file.commands.entries()], {
    limit: COMMANDS_AT_ONCE,
    signal: subject.signal,
    work: async ([at, test], signal) => {
      const start = context.now();
      await using container = await openForCommand(file, {
        subject,
        part: `structure-${number}-${at + 1}`,
        signal,
      });
      const verdict = await runCommandTest(test, { file, container, log: context.log, signal });
      const duration = Math.round(context.now() - start);
      return toCase(file, { title: `Command Test: ${test.name}`, duration }, verdict);
    },
    done: report,
  });
}

async function runFileTests(file: StructureFile, { subject, number, report }: PartOptions): Promise<void> {
  const { signal } = subject;
  if (file.existence.length + file.contents.length + file.licenses.length === 0) return;
  await withFiles(file, { subject, part: `structure-${number}`, signal }, async ({ agent, image }) => {
    const env = { ...image.env, ...globalEnv(file, image.env) };
    for (const test of file.existence) {
      const verdict = await runExistenceTest(test, { agent, env, signal });
      report(toCase(file, { title: `File Existence Test: ${test.name}` }, verdict));
    }
    for (const test of file.contents) {
      const verdict = await runContentTest(test, { agent, signal });
      report(toCase(file, { title: `File Content Test: ${test.name}` }, verdict));
    }
    for (const test of file.licenses)
      report(toCase(file, { title: "License Test" }, await runLicenseTest(test, { agent, signal })));
  });
}

/** Named as the tool itself names it, so that who knows the one finds it in the other. */
function toCase(
  { label }: StructureFile,
  { title, duration }: { title: string; duration?: number },
  { problems, output }: Verdict,
): CheckCase {
  const name = `${label}: ${title}`;
  if (problems.length === 0) return { name, status: "passed", duration };
  return { name, status: "failed", message: problems.join("\n"), output, duration };
}

/** A file may have several tests of one name. */
function uniqueName(name: string, taken: Set<string>): string {
  let unique = name;
  for (let number = 2; taken.has(unique); number += 1) unique = `${name} (${number})`;
  taken.add(unique);
  return unique;
}
