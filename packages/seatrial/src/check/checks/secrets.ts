import type { CheckCase, StaticCheck, StaticSubject } from "../check.ts";
import { createGlobs } from "../globs.ts";
import type { FindingKind, ImageIndex, LayerFinding } from "../layers/image-index.ts";
import { FORMATS } from "../secrets/formats.ts";
import type { SearchedSecret } from "../secrets/values.ts";
import { type Find, failedBy } from "./telling.ts";

/** Values of build secrets, private keys and credentials. */
export const secrets: StaticCheck = {
  name: "secrets",
  kind: "static",
  explain: [
    "Looks for the real bytes of each build secret, plain, in base64, URL-escaped and JSON-escaped, in the bytes of every layer, in names of files, in the history and the configuration. Of a file with",
    "several lines also each part that looks random is looked for by itself. And for private keys and credentials by their format:",
    `${[...new Set(FORMATS.map(({ name }) => name))].join(", ")}; private keys in folders of package managers and in the system's libraries are taken for test data of published packages.`,
    "Not looked into: what is compressed or encrypted inside a layer, such as .gz, .zip, .jar and .whl files. Values of less than 6 bytes are named as unchecked. `allow` has globs of files that may hold what looks like keys or credentials; the value of a build secret it never excuses.",
  ].join(" "),
  asked: (plan) => {
    if (plan.secrets === undefined) return undefined;
    const ids = plan.secrets.values.map(({ id }) => id);
    return [...ids.map((id) => `the build secret ${id}`), "keys and credentials by format"].join(", ");
  },
  run: judge,
};

const MOST_LINES = 3;
const ADVICE_VALUE =
  "Who can pull the image can read it: revoke it now. Then give it to the RUN that needs it with --mount=type=secret, and let that RUN write it nowhere.";
const ADVICE_FORMAT =
  "Who can pull the image can read it. Keep it out of the image (.dockerignore, --mount=type=secret), or name the file under check.secrets.allow if it is no secret.";

function judge({ plan, index, secrets: searched }: StaticSubject): CheckCase[] {
  const isAllowed = createGlobs(plan.secrets?.allow ?? []);
  const found = index.layers.flatMap((layer) =>
    layer.findings
      // The value of a build secret is one wherever it lies.
      .filter(({ what, path }) => what.kind === "value" || !isAllowed(path))
      .map((finding) => ({ layer, finding })),
  );
  const findsOf = (fits: (what: FindingKind) => boolean): Find[] => [
    ...found
      .filter(({ finding }) => fits(finding.what))
      .map(({ layer, finding }) => ({ layer, path: finding.path, label: labelOf(finding) })),
    // Whether those that nobody looked at are allowed, nobody knows.
    ...index.layers.flatMap((layer) =>
      layer.cut
        .filter(fits)
        .map((what) => ({ layer, path: "", label: `${writtenAs(what)} in more files than are listed` })),
    ),
  ];
  return [
    ...searched.map((secret) =>
      caseOfSecret(index, {
        secret,
        finds: findsOf((what) => what.kind === "value" && what.secret === secret.id),
      }),
    ),
    caseOfFormat(index, {
      name: "private keys",
      finds: findsOf((what) => what.kind === "format" && what.format === "private key"),
    }),
    caseOfFormat(index, {
      name: "credentials",
      finds: findsOf((what) => what.kind === "format" && what.format !== "private key"),
    }),
  ];
}

function caseOfSecret(
  index: ImageIndex,
  { secret, finds }: { secret: SearchedSecret; finds: Find[] },
): CheckCase {
  const name = `build secret ${secret.id}`;
  if ("unchecked" in secret)
    return { name, status: "skipped", message: `not looked for: ${secret.unchecked}` };
  const inConfig = index.configFindings.filter((each) => each.secret === secret.id);
  if (finds.length === 0 && inConfig.length === 0) return { name, status: "passed" };
  const inFiles = failedBy(index, { name, finds, advice: ADVICE_VALUE });
  const lines = inConfig.map(({ form, where }) => `${form === "plain" ? "" : `${form} `}in ${where}`);
  const told = lines.slice(0, MOST_LINES);
  // Each later instruction repeats the arguments of the build.
  if (lines.length > told.length)
    told.push(`… and in ${lines.length - told.length} more places of its configuration`);
  return {
    ...inFiles,
    message: [...told, inFiles.message].join("\n"),
    output:
      lines.length > MOST_LINES ? [...lines, inFiles.output ?? inFiles.message].join("\n") : inFiles.output,
  };
}

function caseOfFormat(index: ImageIndex, { name, finds }: { name: string; finds: Find[] }): CheckCase {
  if (finds.length === 0) return { name, status: "passed" };
  return failedBy(index, { name, finds, advice: ADVICE_FORMAT });
}

function labelOf({ what, inName, path }: LayerFinding): string {
  const written = writtenAs(what);
  const where = inName ? " in its name" : "";
  return path === "" ? `${written} behind the end of the archive` : `${written}${where}`;
}

function writtenAs(what: FindingKind): string {
  if (what.kind === "format") return what.format;
  return what.form === "plain" ? "the value" : `the value, ${what.form}`;
}
