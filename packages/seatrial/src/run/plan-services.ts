import { readFileSync } from "node:fs";
import type { Change, ComposeService } from "../compose/index.ts";
import { parseReady, type ReadyConfig, type ServiceSettings } from "../config/index.ts";
import type { Duration, FileSpec, ProbeSpec } from "../model/index.ts";
import { presetFor, type ServerAddress, type ServicePlan } from "../services/index.ts";
import { s3ServiceOf } from "../spaces/index.ts";
import { runError } from "./errors.ts";
import { isPlainCheck } from "./plain-check.ts";

const DEFAULT_DEADLINE: Duration = 60_000;

/**
 * A Compose service with how it is known to be ready and whether its state is kept. What the project says of it wins over the
 * Compose file's `x-seatrial`, that over what its preset knows, that over its health check, that over its image's health check,
 * that over its first port. A health check that asks for more than its preset is asked too, once the preset's question is answered.
 */
export function planService(options: {
  service: ComposeService;
  /** `services.<name>` of the project's configuration. */
  settings?: ServiceSettings | undefined;
  /** Takes what a run does differently from the Compose file. */
  onChange?: ((change: Change) => void) | undefined;
}): ServicePlan {
  const { service, settings, onChange } = options;
  const { spec, health } = service;
  const ready = settings?.ready ?? readyOf(service);
  const preset = presetFor({
    image: spec.image.kind === "reference" ? spec.image.reference : undefined,
    env: spec.env,
    entrypoint: spec.entrypoint,
    command: spec.command,
    name: ready?.kind === "preset" ? ready.preset : (settings?.preset ?? service.settings.preset),
    fileText: (path) => fileText(spec.files, path),
  });
  const s3 = preset === undefined ? s3ServerOf(spec) : undefined;
  const commandProbe = health?.kind === "command" ? probeOf(health) : undefined;
  const usesPreset =
    preset !== undefined &&
    explicitProbe(ready) === undefined &&
    !(preset.yieldsToHealthcheck && commandProbe !== undefined && ready === undefined);
  const further = usesPreset && ready === undefined && commandProbe !== undefined ? [commandProbe] : [];
  if (preset !== undefined && commandProbe !== undefined && isPlainCheck(commandProbe.argv, preset.name)) {
    if (further.pop() !== undefined) onChange?.(replacedCheck(spec.name, preset.name));
  }
  const probes =
    explicitProbe(ready) ??
    (usesPreset ? [preset.probe, ...further] : undefined) ??
    (commandProbe === undefined ? undefined : [commandProbe]) ??
    (s3?.ports ?? service.ports).slice(0, 1).map((port): ProbeSpec => ({ kind: "tcp", port }));
  const patience = health?.kind === "command" ? health.deadline : DEFAULT_DEADLINE;
  return {
    spec: {
      ...spec,
      readiness: { probes, deadline: settings?.deadline ?? service.settings.deadline ?? patience },
      durable: settings?.durable || service.settings.durable || false,
      snapshots: (settings?.snapshot ?? true) && (service.settings.snapshot ?? true),
    },
    preset: preset?.name,
    access: preset?.probe,
    ports: [...new Set([...probes.flatMap(portOf), ...service.ports])],
    confirmations: usesPreset ? preset.confirmations : 1,
    asksImage: ready === undefined && !usesPreset && commandProbe === undefined && health?.kind !== "none",
    server: s3 ?? serverOf(preset?.probe, probes, service.ports),
    snapshot: preset?.snapshot,
  };
}

/** Of the S3 servers, which have no preset, each has a port of its own, and its keys in its environment or its command. */
function s3ServerOf(spec: ComposeService["spec"]): ServerAddress | undefined {
  if (spec.image.kind !== "reference") return undefined;
  const words = [...(spec.entrypoint ?? []), ...(spec.command ?? [])];
  const found = s3ServiceOf({ image: spec.image.reference, words, env: spec.env });
  return found && { port: found.port, ports: [found.port], ...found.keys };
}

/** What its preset tells, however the service is known to be ready; else ports that it says to listen on, or is asked at. */
function serverOf(
  preset: ProbeSpec | undefined,
  probes: readonly ProbeSpec[],
  ports: readonly number[],
): ServerAddress {
  if (preset === undefined || preset.kind === "command") {
    const asked = probes.flatMap((probe) => (probe.kind === "tcp" ? [probe.port] : []));
    return { ports: [...ports, ...asked] };
  }
  const { port } = preset;
  if (!("user" in preset || "password" in preset)) return { port };
  const { user, password } = preset;
  return { port, user, password, database: "database" in preset ? preset.database : undefined };
}

function portOf(probe: ProbeSpec): number[] {
  return probe.kind === "command" ? [] : [probe.port];
}

function explicitProbe(
  ready: ReadyConfig | { kind: "command"; probe: ProbeSpec } | undefined,
): ProbeSpec[] | undefined {
  if (ready?.kind === "started") return [];
  return ready?.kind === "probe" || ready?.kind === "command" ? [ready.probe] : undefined;
}

function readyOf({
  spec,
  settings,
}: ComposeService): ReadyConfig | { kind: "command"; probe: ProbeSpec } | undefined {
  if (settings.ready === undefined) return undefined;
  if (typeof settings.ready !== "string") {
    return { kind: "command", probe: { kind: "command", argv: settings.ready, timeout: PROBE_TIMEOUT } };
  }
  const parsed = parseReady(settings.ready);
  if ("ready" in parsed) return parsed.ready;
  throw runError({
    code: "READY_INVALID",
    message: `x-seatrial.ready of service ${spec.name} is ${settings.ready}, which is no probe.`,
    hint: `Expected ${parsed.problem}.`,
  });
}

const PROBE_TIMEOUT: Duration = 30_000;

function replacedCheck(service: string, preset: string): Change {
  return {
    service,
    key: "healthcheck",
    becomes: `a question in the protocol of ${preset}`,
    why: "it asks no more than that, and at longer intervals",
  };
}

function probeOf(health: {
  argv?: string[] | undefined;
  timeout: Duration;
}): Extract<ProbeSpec, { kind: "command" }> | undefined {
  return health.argv === undefined
    ? undefined
    : { kind: "command", argv: health.argv, timeout: health.timeout };
}

function fileText(files: readonly FileSpec[], path: string): string | undefined {
  const file = files.find((each) => each.target === path);
  if (file === undefined) return undefined;
  if (file.from.kind === "content") return file.from.content;
  try {
    return readFileSync(file.from.path, "utf8");
  } catch {
    // A file that cannot be read is told when it is placed.
    return undefined;
  }
}
