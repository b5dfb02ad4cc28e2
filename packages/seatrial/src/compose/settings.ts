import { closest } from "fastest-levenshtein";
import type { Duration } from "../model/index.ts";
import type { ServiceContext } from "./context.ts";
import { nameFiles } from "./document.ts";
import { composeError } from "./errors.ts";
import { parseDuration } from "./quantity.ts";
import { asRecord, asText, isBlank } from "./value.ts";

/** What a service's `x-seatrial` says of it. */
export interface ServiceSettings {
  /** A probe in one line (`http://:8000/healthz`, `tcp://:6379`), or a command as a list. */
  ready?: string | string[] | undefined;
  /** The kind of server, where the image's name does not tell. */
  preset?: string | undefined;
  durable?: boolean | undefined;
  snapshot?: boolean | undefined;
  deadline?: Duration | undefined;
}

interface SettingRule {
  expects: string;
  read: (value: unknown) => unknown;
}

const asBoolean = (value: unknown) => (typeof value === "boolean" ? value : undefined);
const asWord = (value: unknown) => (typeof value === "string" && value !== "" ? value : undefined);

const RULES: Record<keyof ServiceSettings, SettingRule> = {
  ready: { expects: "a probe such as tcp://:6379, or a command as a list", read: asReady },
  preset: { expects: "the name of a preset, such as postgres", read: asWord },
  durable: { expects: "true or false", read: asBoolean },
  snapshot: { expects: "true or false", read: asBoolean },
  deadline: { expects: "a duration such as 90s", read: parseDuration },
};

function asReady(value: unknown): string | string[] | undefined {
  if (!Array.isArray(value)) return asWord(value);
  return value.length > 0 && value.every((item) => typeof item === "string") ? value : undefined;
}

/** Reads `x-seatrial` of a service. Fails with COMPOSE_INVALID for keys and values that are not known. */
export function settingsOf({ name, service, compose }: ServiceContext): ServiceSettings {
  const written = service["x-seatrial"];
  if (isBlank(written)) return {};
  const place = `x-seatrial of service ${name} (${nameFiles(compose)})`;
  const fail = (message: string, hint: string) => composeError({ code: "COMPOSE_INVALID", message, hint });
  const known = Object.keys(RULES);
  if (typeof written !== "object" || Array.isArray(written)) {
    throw fail(`${place} is no mapping.`, `It may hold: ${known.join(", ")}.`);
  }
  const settings = Object.entries(asRecord(written)).map(([key, value]) => {
    const rule = Object.hasOwn(RULES, key) ? RULES[key as keyof ServiceSettings] : undefined;
    if (rule === undefined) {
      throw fail(`${place} has no setting ${key}.`, `Did you mean ${closest(key, known)}?`);
    }
    const read = rule.read(value);
    if (read === undefined) {
      const found = asText(value) ?? JSON.stringify(value);
      throw fail(`${place}: ${key} is ${found}.`, `Expected ${rule.expects}.`);
    }
    return [key, read];
  });
  return Object.fromEntries(settings) as ServiceSettings;
}
