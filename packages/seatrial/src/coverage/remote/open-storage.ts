import path from "node:path";
import { fileURLToPath } from "node:url";
import { unknownAddress, withoutSecrets } from "./address.ts";
import { type BlobPlace, blobPlaceOfAddress, blobPlaceOfUrl, isBlobUrl } from "./azure/place.ts";
import { openBlobStorage } from "./azure/storage.ts";
import { createAzureTokens } from "./azure/tokens.ts";
import { openFolderStorage } from "./folder.ts";
import { openGcs } from "./gcs/open.ts";
import { createHttpClient } from "./http-client.ts";
import { createAwsKeys } from "./s3/keys.ts";
import { s3PlaceOf } from "./s3/place.ts";
import { profileOf } from "./s3/profile.ts";
import { openS3Storage } from "./s3/storage.ts";
import type { SourceContext } from "./source-context.ts";
import type { UnitStorage, Variables } from "./storage.ts";
import { openWebStorage } from "./web/storage.ts";

export interface OpenStorageOptions {
  /** `s3://…`, `gs://…`, `az://…`, `https://…`, `http://…`, `file://…` or a folder. */
  address: string;
  environment: Variables;
  /** What folders are relative to. */
  cwd: string;
  /** Milliseconds without a byte after which an answer is given up. Default: 30 s. */
  silence?: number | undefined;
}

const METADATA_SILENCE_MS = 2_000;

/** The one place that chooses a driver. Nothing is sent yet. Fails with COVERAGE_STORAGE_UNKNOWN. */
export async function openStorage(options: OpenStorageOptions): Promise<UnitStorage> {
  const { address, environment, cwd, silence } = options;
  const scheme = /^([a-z0-9+.-]+):\/\//i.exec(address)?.[1]?.toLowerCase();
  if (address === "") throw unknownAddress("The address", "is empty");
  if (scheme === undefined) return openFolderStorage(path.resolve(cwd, address));
  if (scheme === "file") return openFolderStorage(folderOf(address));
  const context = {
    environment,
    http: createHttpClient({ environment, proxies: true, silence }),
    metadata: createHttpClient({ environment, silence: METADATA_SILENCE_MS }),
  };
  switch (scheme) {
    case "s3":
      return openS3Storage({
        ...context,
        place: s3PlaceOf(address, environment, await profileOf(environment).region()),
        keys: createAwsKeys(context),
      });
    case "gs":
      return openGcs(address, context);
    case "az":
      return openBlobs(blobPlaceOfAddress(address), context);
    case "http":
    case "https": {
      if (!URL.canParse(address)) throw unknownAddress(withoutSecrets(address), "is no valid URL");
      const url = new URL(address);
      return isBlobUrl(url) ? openBlobs(blobPlaceOfUrl(url), context) : openWebStorage({ ...context, url });
    }
    default:
      throw unknownAddress(withoutSecrets(address), "is no address of storage that is known");
  }
}

/** With the signature of its URL, that of AZURE_STORAGE_SAS_TOKEN, or tokens. */
function openBlobs(place: BlobPlace, context: SourceContext): UnitStorage {
  const given = context.environment["AZURE_STORAGE_SAS_TOKEN"]?.replace(/^\?/, "") || undefined;
  const sasFrom =
    place.sas === undefined
      ? "signature from AZURE_STORAGE_SAS_TOKEN of the environment"
      : "signature from the URL";
  const tokens = createAzureTokens(context);
  return openBlobStorage({ ...context, place: { ...place, sas: place.sas ?? given }, sasFrom, tokens });
}

function folderOf(address: string): string {
  try {
    return fileURLToPath(address);
  } catch {
    throw unknownAddress(withoutSecrets(address), "is not file:///followed/by/its/path");
  }
}
