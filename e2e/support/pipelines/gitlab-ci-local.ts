import { execFile } from "node:child_process";
import { mkdir, symlink, writeFile } from "node:fs/promises";
import { promisify } from "node:util";
import { stringify } from "yaml";
import { gitlabCiLocal } from "../ci-tools.ts";
import { type Ended, PROGRAM, startCommand } from "../program.ts";
import { project } from "../project.ts";

const run = promisify(execFile);

/** A clone of a repository, in which gitlab-ci-local reads or runs a pipeline. */
export interface LocalGitlab extends AsyncDisposable {
  checkout: string;
  gitlab(...args: string[]): Promise<Ended>;
}

/** Its jobs run in shells of this machine, with the program that was built here. */
export async function localGitlab(options: {
  source: string;
  variables?: Record<string, string> | undefined;
  /** Variables of type File. */
  files?: Record<string, string> | undefined;
}): Promise<LocalGitlab> {
  const home = await project({});
  const checkout = `${home.folder}/checkout`;
  // A clone knows the default branch.
  await run("git", ["clone", "--quiet", options.source, checkout]);
  await mkdir(`${home.folder}/bin`);
  await symlink(PROGRAM, `${home.folder}/bin/seatrial`);
  const files = Object.entries(options.files ?? {}).map(([name, text]) => [
    name,
    { type: "file", values: { "*": text } },
  ]);
  await mkdir(`${home.folder}/.gitlab-ci-local`);
  await writeFile(
    `${home.folder}/.gitlab-ci-local/variables.yml`,
    stringify({ global: Object.fromEntries(files) }),
  );
  const variables = { ...options.variables, DOCKER_CONFIG: `${home.folder}/docker` };
  const [file = "", ...args] = await gitlabCiLocal();
  const flags = ["--force-shell-executor", "--shell-isolation", "--home", home.folder].concat(
    Object.entries(variables).flatMap(([name, value]) => ["--variable", `${name}=${value}`]),
  );
  const env = { PATH: `${home.folder}/bin:${process.env["PATH"]}` };
  return {
    checkout,
    gitlab: (...words) => startCommand([file, ...args, ...flags, ...words], { cwd: checkout, env }).ended,
    [Symbol.asyncDispose]: () => home[Symbol.asyncDispose](),
  };
}

/** The pipeline's socket variant, as docs/guide/gitlab.md has it. */
export function socketVariant(text: string): string {
  const socket = text
    .replace(/^ {2}services:\n(?: {4}.*\n)+?(?= {2}\w)/m, "")
    .replace(/^ {2}DOCKER_(HOST|TLS_\w+|CERT_PATH): .*\n/gm, "");
  if (socket.split("\n").length !== text.split("\n").length - 7)
    throw new Error("it has other lines than these seven");
  return socket;
}
