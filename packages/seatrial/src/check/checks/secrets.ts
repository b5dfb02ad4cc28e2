import type { CheckCase, StaticCheck, StaticSubject } from "../check.ts";
import { createGlobs } from "../globs.ts";
import type { ConfigFinding, FindingKind, ImageIndex, LayerFinding } from "../layers/image-index.ts";
import { FORMATS } from "../secrets/formats.ts";
import type { Missing } from "../secrets/values.ts";
import { type Find, failedBy } from "./telling.ts";

/** Values of build secrets, private keys and credentials. */
export const secrets: StaticCheck = {
  name: "secrets",
  kind: "static",
  explain: [
    "Looks for the real bytes of each build secret, plain, in base64, URL-escaped and JSON-escaped, in the bytes of every layer, in names of files, in the history and the configuration. Of a file with",
    "several lines also each part that looks random is looked for by itself. And in all of these for private keys and credentials by their format:",
    `${[...new Set(FORMATS.map(({ name }) => name))].join(", ")}; private keys in folders of package managers and in the system's libraries are taken for test data of published packages.`,
    "A build secret whose value is not there (not set, empty, no such file) fails, since nobody can say that it is not in the image; `allow-empty` names those that may be empty.",
    "Files .gz and .tgz are looked into up to 4 MB each (64 MB when decompressed), but not in folders of package managers and of the system. Not looked into: larger ones, and what is compressed in other ways or encrypted, such as .zip, .jar and .whl files. Values of less than 6 bytes are named as unchecked. `allow` has globs of files, and variables as env:NAME, that may hold what looks like keys or credentials; the value of a build secret it never excuses.",
  ].join(" "),
  asked: (plan) => {
    if (plan.secrets === undefined) return undefined;
    const ids = plan.secrets.values.map(({ id }) => id);
    return [...ids.map((id) => `the build secret ${id}`), "keys and credentials by format"].join(", ");
  },
  run: judge,
};

const VARIABLE = "env:";
const MOST_LINES = 3;
const ADVICE_VALUE =
  "Who can pull the image can read it: revoke it now. Then give it to the RUN that needs it with --mount=type=secret, and let that RUN write it nowhere.";
const ADVICE_MISSING =
  "Give this job the value that the build was given: without it nobody can say that it is not in the image.";
const ADVICE_EMPTY = "If the build goes without it at times, name it under check.secrets.allow-empty.";
const ADVICE_FORMAT =
  "Who can pull the image can read it. Keep it out of the image (.dockerignore, --mount=type=secret), or name the file (a variable as env:NAME) under check.secrets.allow if it is no secret.";

function judge({ plan, index, secrets: searched }: StaticSubject): CheckCase[] {
  const { allow = [], allowEmpty = [] } = plan.secrets ?? {};
  const isAllowed = createAllowed(allow);
  const inLayers = index.layers.flatMap((layer) =>
    layer.findings
      // The value of a build secret is one wherever it lies.
      .filter(({ what, path }) => what.kind === "value" || !isAllowed.path(path))
      .map((finding) => ({ layer, finding })),
  );
  const inConfig = index.configFindings.filter(
    ({ what, variable }) => what.kind === "value" || !isAllowed.variable(variable),
  );
  const findsOf = (fits: (what: FindingKind) => boolean): Found => ({
    inConfig: inConfig.filter(({ what }) => fits(what)),
    inLayers: [
      ...inLayers
        .filter(({ finding }) => fits(finding.what))
        .map(({ layer, finding }) => ({ layer, path: finding.path, label: labelOf(finding) })),
      // Whether those that nobody looked at are allowed, nobody knows.
      ...index.layers.flatMap((layer) =>
        layer.cut
          .filter(fits)
          .map((what) => ({ layer, path: "", label: `${writtenAs(what)} in more files than are listed` })),
      ),
    ],
  });
  const isKey = (what: FindingKind) => what.kind === "format" && what.format === "private key";
  return [
    ...searched.flatMap((secret): CheckCase[] => {
      const { id } = secret;
      const name = `build secret ${id}`;
      if ("missing" in secret) return [missingCase(name, secret.missing, allowEmpty.includes(id))];
      if ("tooShort" in secret) return [notLookedFor(name, secret.tooShort)];
      const found = findsOf((what) => what.kind === "value" && what.secret === id);
      return [
        toCase(index, { name, found, advice: ADVICE_VALUE }),
        ...(secret.further > 0 ? [furtherCase(name, secret.further)] : []),
      ];
    }),
    toCase(index, { name: "private keys", found: findsOf(isKey), advice: ADVICE_FORMAT }),
    toCase(index, {
      name: "credentials",
      found: findsOf((what) => what.kind === "format" && !isKey(what)),
      advice: ADVICE_FORMAT,
    }),
  ];
}

function notLookedFor(name: string, why: string): CheckCase {
  return { name, status: "skipped", message: `not looked for: ${why}` };
}

/** The build may have had a value in another job, or in an earlier one whose steps it took from a cache. */
function missingCase(name: string, { what, isEmpty }: Missing, mayBeEmpty: boolean): CheckCase {
  if (isEmpty && mayBeEmpty) return notLookedFor(name, `${what}, as it may be`);
  const advice = isEmpty ? `${ADVICE_MISSING} ${ADVICE_EMPTY}` : ADVICE_MISSING;
  return { name, status: "failed", message: `It cannot be looked for: ${what}.\n${advice}` };
}

function furtherCase(name: string, further: number): CheckCase {
  return notLookedFor(
    `${name}: further parts`,
    `${further} of its parts that look random, beyond those that can be looked for at once`,
  );
}

/** What `check.secrets.allow` names: globs of paths, and variables as `env:NAME`. */
function createAllowed(allow: readonly string[]) {
  const variables = allow
    .filter((each) => each.startsWith(VARIABLE))
    .map((each) => each.slice(VARIABLE.length));
  return {
    path: createGlobs(allow.filter((each) => !each.startsWith(VARIABLE))),
    variable: (name: string | undefined) => name !== undefined && variables.includes(name),
  };
}

interface Found {
  inConfig: ConfigFinding[];
  inLayers: Find[];
}

function toCase(
  index: ImageIndex,
  { name, found, advice }: { name: string; found: Found; advice: string },
): CheckCase {
  const { inConfig, inLayers: finds } = found;
  if (finds.length === 0 && inConfig.length === 0) return { name, status: "passed" };
  const inFiles = failedBy(index, { name, finds, advice });
  const lines = inConfig.map(({ what, where }) => `${formOf(what)}in ${where}`);
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

function formOf(what: FindingKind): string {
  if (what.kind === "format") return `${what.format} `;
  return what.form === "plain" ? "" : `${what.form} `;
}

function labelOf({ what, inName, isPacked, path }: LayerFinding): string {
  const written = writtenAs(what);
  const where = inName ? " in its name" : isPacked === true ? ", compressed" : "";
  return path === "" ? `${written} behind the end of the archive` : `${written}${where}`;
}

function writtenAs(what: FindingKind): string {
  if (what.kind === "format") return what.format;
  return what.form === "plain" ? "the value" : `the value, ${what.form}`;
}
