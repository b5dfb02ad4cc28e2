import { createSecureContext, type SecureContext } from "node:tls";
import { EXIT, messageOf } from "../../support/error.ts";
import { systemAuthorities } from "../../support/system-authorities.ts";
import { registryError } from "../errors.ts";
import type { Settings } from "./options.ts";
import { certificateFolders, hostCertificates } from "./trust.ts";

/** Whom we trust at an origin, and what we show there. */
export type SecureContextFor = (options: {
  origin: URL;
  /** Its authorities count too: it sent us there. */
  registry: string;
  /** Whether anybody must vouch for the origin. */
  verify: boolean;
}) => Promise<SecureContext>;

/** Reads certificates as they are needed. Reading the system's authorities takes tens of milliseconds, so that is done once. */
export function createSecureContexts(settings: Settings): SecureContextFor {
  const folders = settings.certificateFolders ?? certificateFolders(settings.environment);
  let usual: Promise<SecureContext> | undefined;

  async function make(
    host: string,
    certificates: { ca: string[]; clients: { cert: string; key: string }[] },
  ) {
    try {
      return createSecureContext({
        ...(certificates.ca.length > 0 && { ca: certificates.ca }),
        cert: certificates.clients.map((each) => each.cert),
        key: certificates.clients.map((each) => each.key),
      });
    } catch (cause) {
      throw registryError({
        code: "REGISTRY_SETTINGS_INVALID",
        message: `The certificates for ${host} in ${folders.join(" or ")} cannot be used: ${messageOf(cause)}`,
        hint: "Check that they are in PEM, and that each key fits its certificate.",
        cause,
        exitCode: EXIT.usage,
      });
    }
  }

  return async ({ origin, registry, verify }) => {
    const own = await hostCertificates(folders, origin.host);
    const ofRegistry = registry === origin.host ? [] : (await hostCertificates(folders, registry)).ca;
    const special = [...own.ca, ...ofRegistry];
    if (!verify) return await make(origin.host, { ca: [], clients: own.clients });
    if (special.length > 0 || own.clients.length > 0) {
      const ca = [...(await systemAuthorities(settings.environment)), ...special];
      return await make(origin.host, { ca, clients: own.clients });
    }
    usual ??= systemAuthorities(settings.environment).then(
      async (ca) => await make(origin.host, { ca, clients: [] }),
    );
    return await usual;
  };
}
