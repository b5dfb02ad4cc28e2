import type { Attestation, Requirements } from "./verification.ts";

/** What those should know who trust statements that count. */
export function notesOf(options: {
  attestations: readonly Attestation[];
  /** What statements say was attested with them. */
  listed: ReadonlySet<string>;
  require: Requirements;
}): string[] {
  const { attestations, listed, require } = options;
  const asked = attestations.filter(({ suite }) => require.suites?.includes(suite) ?? true);
  const better = asked.filter(({ proof }) => proof.kind !== "sibling");
  const siblings = asked.filter(
    ({ suite, imageId }) => !better.some((each) => each.suite === suite && each.imageId === imageId),
  );
  const alone = require.suites === undefined ? asked.filter(({ suite }) => !listed.has(suite)) : [];
  return [
    ...namesOf(siblings).map(
      (names) => `${names}: passed in a sibling of this image, not in it or against it`,
    ),
    ...namesOf(alone).map(
      (names) =>
        `${names}: attested by an older version, which did not say what else its release attested; what was removed since is not missed`,
    ),
  ];
}

/** One list, or nothing. */
function namesOf(attestations: readonly Attestation[]): string[] {
  const names = [...new Set(attestations.map(({ suite }) => suite))];
  return names.length === 0 ? [] : [names.join(", ")];
}
