import type { ExpectedValue, MetadataTest } from "../../config/index.ts";
import type { ImageConfig } from "../../model/index.ts";
import { goMatches } from "../../support/go-regexp/match.ts";
import type { Verdict } from "./verdict.ts";

/** Compares the image's configuration, which needs no container. */
export function runMetadataTest(test: MetadataTest, image: ImageConfig): Verdict {
  const ports = (image.exposed ?? image.ports.map(String)).map((port) => port.replace(/\/.*$/, ""));
  return {
    problems: [
      ...test.envVars.flatMap((each) => valueProblem(`The variable ${each.key}`, each, image.env)),
      ...test.unboundEnvVars
        .filter((name) => Object.hasOwn(image.env, name))
        .map((name) => `The variable ${name} is set.`),
      ...test.labels.flatMap((each) => valueProblem(`The label ${each.key}`, each, image.labels)),
      ...wordsProblem("The command", image.command, test.cmd),
      ...wordsProblem("The entrypoint", image.entrypoint, test.entrypoint),
      ...textProblem("The working directory", image.workingDir, test.workdir),
      ...textProblem("The user", image.user, test.user),
      ...membersProblem("Port", "exposed", { there: ports, yes: test.exposedPorts, no: test.unexposedPorts }),
      ...membersProblem("Volume", "declared", {
        there: image.volumes,
        yes: test.volumes,
        no: test.unmountedVolumes,
      }),
    ],
  };
}

function valueProblem(what: string, expected: ExpectedValue, values: Record<string, string>): string[] {
  const value = Object.hasOwn(values, expected.key) ? values[expected.key] : undefined;
  if (value === undefined) return [`${what} is not set.`];
  const right = expected.isRegex ? goMatches(expected.value, value) === true : value === expected.value;
  if (right) return [];
  const wanted = expected.isRegex ? `a match of /${expected.value}/` : JSON.stringify(expected.value);
  return [`${what} is ${JSON.stringify(value)}, expected ${wanted}.`];
}

function wordsProblem(what: string, found: readonly string[], expected?: readonly string[]): string[] {
  const [is, wanted] = [JSON.stringify(found), JSON.stringify(expected)];
  return expected === undefined || is === wanted ? [] : [`${what} is ${is}, expected ${wanted}.`];
}

function textProblem(what: string, found: string, expected?: string): string[] {
  if (expected === undefined || found === expected) return [];
  return [`${what} is ${JSON.stringify(found)}, expected ${JSON.stringify(expected)}.`];
}

function membersProblem(
  what: string,
  word: string,
  lists: { there: readonly string[]; yes: readonly string[]; no: readonly string[] },
): string[] {
  const { there, yes, no } = lists;
  return [
    ...yes.filter((each) => !there.includes(each)).map((each) => `${what} ${each} is not ${word}.`),
    ...no.filter((each) => there.includes(each)).map((each) => `${what} ${each} is ${word}.`),
  ];
}
