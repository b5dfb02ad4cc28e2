import { EXIT } from "../../support/error.ts";
import { findProxy } from "../../support/proxy/find-proxy.ts";
import type { Environment } from "../docker-config.ts";
import { registryError } from "../errors.ts";

/** The proxy for an address of a registry, by the environment. */
export function proxyFor(url: URL, environment: Environment): URL | undefined {
  return findProxy(url, {
    environment,
    refuse: (why) => registryError({ code: "REGISTRY_SETTINGS_INVALID", ...why, exitCode: EXIT.usage }),
  });
}
