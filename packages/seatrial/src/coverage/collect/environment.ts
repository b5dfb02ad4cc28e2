import type { ContainerCoverage } from "../plan.ts";

/** What a container's processes are given besides the image's own environment. */
export interface CoverageEnvironment {
  env: Record<string, string>;
  /** Variables of ours that the project sets itself: its own values hold. */
  taken: string[];
}

/** A container's own variables with those of coverage. `image` is what the image sets, `own` what the project does: the latter wins. */
export function coverageEnvironment(options: {
  coverage: Pick<ContainerCoverage, "env" | "before">;
  image: Readonly<Record<string, string>>;
  own: Readonly<Record<string, string>>;
}): CoverageEnvironment {
  const { coverage, image, own } = options;
  const joined = Object.entries(coverage.before).map(([name, { text, separator }]) => {
    const known = own[name] ?? image[name] ?? "";
    return [name, known === "" ? text : `${text}${separator}${known}`] as const;
  });
  return {
    env: { ...coverage.env, ...own, ...Object.fromEntries(joined) },
    taken: Object.keys(coverage.env).filter((name) => own[name] !== undefined),
  };
}

/** A process's variables as they would be without what measures it: tools that read profiles are not measured. */
export function withoutHooks(
  env: Readonly<Record<string, string>>,
  { before }: Pick<ContainerCoverage, "before">,
): Record<string, string> {
  const own = { ...env };
  for (const [name, { text, separator }] of Object.entries(before)) {
    const value = own[name];
    if (value?.startsWith(text)) own[name] = value.slice(text.length).replace(separator, "");
  }
  return own;
}
