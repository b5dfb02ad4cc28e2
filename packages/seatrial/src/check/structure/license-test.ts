import { posix } from "node:path";
import type { Agent } from "../../agent/index.ts";
import type { LicenseTest } from "../../config/index.ts";
import { readFileText } from "./read-file.ts";
import type { Verdict } from "./verdict.ts";

/** What container-structure-test refuses, wherever the words stand in a file. */
const REFUSED = ["AGPL", "WTFPL"];
const DEBIAN_FOLDER = "/usr/share/doc";
/** It names the license only to say that a part of it has another one. */
const EXEMPT = new Set(["libgnutls30"]);

/** Looks for licenses that are refused in the copyright files of Debian's packages, and in files that are named. */
export async function runLicenseTest(
  test: LicenseTest,
  options: { agent: Agent; signal: AbortSignal },
): Promise<Verdict> {
  const files = test.files.map((path) => posix.join("/", path));
  if (test.debian) {
    const found = await debianFiles(options);
    if (found === undefined) return { problems: [`${DEBIAN_FOLDER} does not exist.`] };
    files.unshift(...found);
  }
  const problems: string[] = [];
  for (const path of files) {
    const read = await readFileText(path, options);
    if ("problem" in read) problems.push(read.problem);
    else {
      const text = read.text.toUpperCase();
      const found = REFUSED.find((word) => text.includes(word));
      if (found !== undefined) problems.push(`${path} names the license ${found}.`);
    }
  }
  return { problems };
}

async function debianFiles(options: { agent: Agent; signal: AbortSignal }): Promise<string[] | undefined> {
  const { agent, signal } = options;
  if ((await agent.files.stat(DEBIAN_FOLDER, signal))?.kind !== "folder") return undefined;
  const all = await agent.files.list(DEBIAN_FOLDER, { signal });
  const packages = all.flatMap(
    ({ path }) => /^([^/]+)\//.exec(posix.relative(DEBIAN_FOLDER, path))?.[1] ?? [],
  );
  return [...new Set(packages)]
    .filter((name) => !EXEMPT.has(name))
    .map((name) => `${DEBIAN_FOLDER}/${name}/copyright`);
}
