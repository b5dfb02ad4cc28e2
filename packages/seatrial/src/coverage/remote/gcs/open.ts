import { parseBucketAddress, parseEndpoint, parsePlainEndpoint } from "../address.ts";
import { createRenewed } from "../renewed.ts";
import { googleHmacKeys } from "../s3/keys.ts";
import { openS3Storage } from "../s3/storage.ts";
import type { SourceContext } from "../source-context.ts";
import type { UnitStorage } from "../storage.ts";
import { openGcsStorage } from "./storage.ts";
import { createGoogleTokens } from "./tokens.ts";

const ORIGIN = "https://storage.googleapis.com";

/** `gs://bucket/prefix`: with HMAC keys through the interface that speaks S3, else with a token. Emulators of STORAGE_EMULATOR_HOST want neither. */
export function openGcs(text: string, context: SourceContext): UnitStorage {
  const address = parseBucketAddress(text, ["endpoint"]);
  const given = address.settings["endpoint"];
  const emulator = given ? undefined : context.environment["STORAGE_EMULATOR_HOST"];
  const endpoint = given
    ? parseEndpoint(given, "?endpoint=")
    : parsePlainEndpoint(emulator || ORIGIN, "STORAGE_EMULATOR_HOST");
  const keys = googleHmacKeys(context.environment);
  if (emulator) return openGcsStorage({ ...context, address, endpoint });
  if (keys === undefined)
    return openGcsStorage({ ...context, address, endpoint, tokens: createGoogleTokens(context) });
  return openS3Storage({
    ...context,
    place: { address, endpoint, isPathStyle: true, region: "auto" },
    keys: createRenewed({
      sources: [async () => ({ value: keys })],
      missing: () => new Error("they are there"),
    }),
  });
}
