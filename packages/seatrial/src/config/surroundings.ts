import { type ComposeOutline, outlineCompose } from "./compose-outline.ts";
import { findDockerfile } from "./dockerfile/find.ts";
import { readDockerfile } from "./dockerfile/read.ts";
import type { DockerfileSummary } from "./dockerfile/summary.ts";
import type { Environment } from "./environment.ts";
import { environmentValues } from "./environment-values.ts";
import { findComposeFiles } from "./find-compose.ts";
import { absolutePath, labelOf } from "./read-text.ts";
import type { ConfigInput } from "./schema/config.ts";
import { checkServiceNames } from "./service-names.ts";
import type { Complaint, Written } from "./written.ts";

/** The files that a project's configuration stands beside. */
export interface Surroundings {
  composeFiles: string[];
  outline: ComposeOutline;
  dockerfile: DockerfileSummary;
  /** Build arguments. */
  args: Record<string, string>;
}

/** Finds and reads the Compose file and the Dockerfile. A service that neither has is CONFIG_INVALID. */
export async function readSurroundings(options: {
  written: Written;
  root: string;
  environment: Environment;
}): Promise<Surroundings> {
  const { written, root, environment } = options;
  const { input, variables, locate } = written;
  const { lookup } = variables;
  const composeFiles = await findComposeFiles({
    root,
    environment,
    named: input.compose,
    composeFile: lookup("COMPOSE_FILE"),
    separator: lookup("COMPOSE_PATH_SEPARATOR"),
  });
  const outline = await outlineCompose({ files: composeFiles, lookup, environment });
  const [first] = composeFiles;
  const complaints = [
    ...checkServiceNames(input, outline, first && labelOf(first, environment)),
    ...(first === undefined ? [] : rawFiles(input)),
  ];
  if (complaints.length > 0) throw written.complain(complaints, "CONFIG_INVALID");

  const args = environmentValues(input.image?.args, lookup);
  const named = input.image?.dockerfile;
  const fromCompose = outline.services.flatMap((service) => service.build?.dockerfile ?? []);
  const path =
    named === undefined
      ? await findDockerfile({ root, environment, fromCompose })
      : absolutePath(named, root, environment);
  const place = locate(["image", "dockerfile"])?.place;
  const dockerfile = await readDockerfile({
    path,
    args,
    environment,
    hint: place === undefined ? undefined : `it is named in ${place}`,
  });
  return { composeFiles, outline, dockerfile, args };
}

/** The docker command line has no raw env files: it would read other values for `${…}` than this file has. */
function rawFiles(input: ConfigInput): Complaint[] {
  return (input.env_file ?? []).flatMap((entry, index) => {
    if (typeof entry === "string" || entry.format !== "raw") return [];
    const message = `a raw file cannot be read for the Compose file's variables; take "format: raw" out, and quote values with '…'`;
    return [{ path: ["env_file", index, "format"], message }];
  });
}
