import type { ImageSource } from "../model/index.ts";
import type { ServiceContext } from "./context.ts";
import { asText, isBlank } from "./value.ts";

type Pull = Extract<ImageSource, { kind: "reference" }>["pull"];

const PULLS: Record<string, Pull> = {
  always: "always",
  never: "never",
  missing: "missing",
  if_not_present: "missing",
};

/** The image of a service: its target in the build graph when it has a `build` section, else its reference. */
export function imageSourceOf(context: ServiceContext, builtAs: string | undefined): ImageSource {
  const { service, note } = context;
  if (builtAs !== undefined) return { kind: "target", target: builtAs };
  const policy = asText(service["pull_policy"]);
  const pull = policy === undefined ? "missing" : PULLS[policy];
  if (pull === undefined) {
    const why = "an image that the engine holds is used";
    note({ key: "pull_policy", becomes: `missing in place of ${policy}`, why });
  }
  const reference = asText(service["image"]) ?? "";
  if (isBlank(reference)) {
    throw context.refusal({
      key: "image",
      why: "it has neither an image nor a build section",
      hint: undefined,
    });
  }
  return { kind: "reference", reference, pull: pull ?? "missing", platform: asText(service["platform"]) };
}
