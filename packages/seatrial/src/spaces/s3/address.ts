import type { SpaceValues } from "../../model/index.ts";
import type { MadeSpace } from "../maker.ts";

/** The address of a bucket, or of a folder in one, for clients that reach its server there. */
export function s3Values(space: MadeSpace, at: { host: string; port: number }): SpaceValues {
  const { bucket = "", prefix = "" } = space.values;
  const endpoint = `http://${at.host.includes(":") ? `[${at.host}]` : at.host}:${at.port}`;
  return {
    ...space.values,
    host: at.host,
    port: String(at.port),
    endpoint,
    url: `${endpoint}/${bucket}${prefix && `/${prefix}`}`,
  };
}

/** What every AWS SDK reads (Python's reads the region's other name), and the bucket, for which there is no usual name. */
export function s3Env(values: SpaceValues): Record<string, string> {
  const { endpoint = "", access_key = "", secret_key = "", region = "", bucket = "", prefix } = values;
  return {
    AWS_ENDPOINT_URL: endpoint,
    AWS_ACCESS_KEY_ID: access_key,
    AWS_SECRET_ACCESS_KEY: secret_key,
    AWS_REGION: region,
    AWS_DEFAULT_REGION: region,
    S3_BUCKET: bucket,
    ...(prefix === undefined ? {} : { S3_PREFIX: prefix }),
  };
}

/** Of these one is in most images of servers. */
const OPEN = `
if command -v mc >/dev/null; then mc ls --recursive "space/$PLACE"; echo "mc ... space/$PLACE"
elif command -v rclone >/dev/null; then rclone lsl "space:$PLACE"; echo "rclone ... space:$PLACE"
elif command -v aws >/dev/null; then aws s3 ls --recursive "s3://$PLACE"; echo "aws s3 ... s3://$PLACE"
else echo "no mc, rclone or aws in this container" >&2; exit 127
fi
exec sh`;

/** What is in the space, and a shell in which the client that the container has knows it as \`space\`. */
export function s3Client(values: SpaceValues): { argv: string[]; env: Record<string, string> } {
  const { endpoint = "", host, port, access_key = "", secret_key = "", region = "", name = "" } = values;
  const account = [access_key, secret_key].map(encodeURIComponent).join(":");
  return {
    argv: ["sh", "-c", OPEN],
    env: {
      ...s3Env(values),
      PLACE: name,
      MC_HOST_space: `http://${account}@${host}:${port}`,
      RCLONE_CONFIG_SPACE_TYPE: "s3",
      RCLONE_CONFIG_SPACE_PROVIDER: "Other",
      RCLONE_CONFIG_SPACE_ENDPOINT: endpoint,
      RCLONE_CONFIG_SPACE_REGION: region,
      RCLONE_CONFIG_SPACE_ACCESS_KEY_ID: access_key,
      RCLONE_CONFIG_SPACE_SECRET_ACCESS_KEY: secret_key,
      RCLONE_CONFIG_SPACE_FORCE_PATH_STYLE: "true",
    },
  };
}
