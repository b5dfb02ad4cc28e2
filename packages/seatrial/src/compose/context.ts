import { isDeepStrictEqual } from "node:util";
import type { ToolError } from "../support/error.ts";
import type { Change } from "./change.ts";
import type { ResolvedCompose } from "./document.ts";
import { nameFiles } from "./document.ts";
import { type Refusal, unsupported } from "./errors.ts";

/** What the translation of one service is given. */
export interface ServiceContext {
  name: string;
  /** The service as Compose printed it. */
  service: Record<string, unknown>;
  compose: ResolvedCompose;
  environment: Record<string, string | undefined>;
  /** Records what a run does differently. */
  note(change: Omit<Change, "service">): void;
  /** Records a value that must not be shown. */
  secret(value: string): void;
  /** The error for something that cannot be honoured. */
  refusal(refusal: Pick<Refusal, "key" | "why" | "hint">): ToolError;
}

/** Makes the context of each service; changes and secrets of all of them go to one place. */
export function createContexts(options: {
  compose: ResolvedCompose;
  environment: Record<string, string | undefined>;
}) {
  const { compose, environment } = options;
  const changes: Change[] = [];
  const secrets = new Set<string>();
  const contextOf = (name: string): ServiceContext => ({
    name,
    service: compose.services[name] ?? {},
    compose,
    environment,
    note: (change) => {
      const noted = { service: name, ...change };
      if (!changes.some((other) => isDeepStrictEqual(other, noted))) changes.push(noted);
    },
    secret: (value) => void secrets.add(value),
    refusal: (refusal) => unsupported({ ...refusal, service: name, file: nameFiles(compose) }),
  });
  return { contextOf, changes, secrets };
}
