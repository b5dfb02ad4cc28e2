import type { Limits } from "../model/index.ts";
import type { ServiceContext } from "./context.ts";
import { parseBytes } from "./quantity.ts";
import { asList, asNumber, asRecord, isBlank } from "./value.ts";

/** The limits of a service, from its own keys or from `deploy.resources.limits`. */
export function limitsOf(service: Record<string, unknown>): Limits {
  const limits = asRecord(asRecord(asRecord(service["deploy"])["resources"])["limits"]);
  return {
    memoryBytes: parseBytes(service["mem_limit"]) ?? parseBytes(limits["memory"]),
    cpus: positive(service["cpus"]) ?? positive(limits["cpus"]),
    pids: positive(service["pids_limit"]) ?? positive(limits["pids"]),
    shmBytes: parseBytes(service["shm_size"]),
    ulimits: ulimitsOf(service["ulimits"]),
  };
}

/** 0 and negative numbers mean no limit. */
function positive(value: unknown): number | undefined {
  const number = asNumber(value);
  return number !== undefined && number > 0 ? number : undefined;
}

function ulimitsOf(written: unknown): Limits["ulimits"] {
  if (isBlank(written)) return undefined;
  return Object.entries(asRecord(written)).flatMap(([name, value]) => {
    const both = asNumber(value);
    const { soft, hard } = asRecord(value);
    const limit = { name, soft: both ?? asNumber(soft), hard: both ?? asNumber(hard) };
    return limit.soft === undefined || limit.hard === undefined
      ? []
      : [{ name, soft: limit.soft, hard: limit.hard }];
  });
}

/** Refuses devices that `deploy` reserves; records what else of it, and of `restart` and `scale`, does not count. */
export function checkDeployment(context: ServiceContext): void {
  const { service, note } = context;
  const deploy = asRecord(service["deploy"]);
  const reservations = asRecord(asRecord(deploy["resources"])["reservations"]);
  if (asList(reservations["devices"]).length > 0) {
    throw context.refusal({
      key: "deploy.resources.reservations.devices",
      why: "GPUs cannot be handed on yet",
      hint: "Take the reservation out in an override file that only Seatrial reads.",
    });
  }
  const [key, copies] = isBlank(service["scale"])
    ? ["deploy.replicas", asNumber(deploy["replicas"])]
    : ["scale", asNumber(service["scale"])];
  if (copies !== undefined && copies !== 1) {
    note({ key, becomes: "one container", why: "tests run against one instance of each service" });
  }
  const restart = service["restart"];
  if (!isBlank(restart) && restart !== "no") {
    note({ key: "restart", becomes: "no restart", why: "a service that ends fails the run at once" });
  }
}
