/** A server that speaks S3, as its image is known. */
interface S3Image {
  /** How the image's name ends, without registry and tag. */
  names: readonly string[];
  port: number;
  /** Words of the command by which an image with other uses too is told: `rclone serve s3`. */
  words?: readonly string[];
  /** The option, and the variable, that say another address or port. */
  listen?: readonly string[];
  /** The option, and the variable, whose value is `key,secret`. */
  pair?: readonly string[];
  /** The keys that it takes when it was told none. Absent: it has none, or lets everybody in. */
  keys?: readonly [user: string, password: string];
  /** The only region that it answers to. */
  region?: string;
}

/** Images of servers that speak S3. For any other a definition says `kind: s3`, and its service the port and the keys. */
const S3_IMAGES: readonly S3Image[] = [
  { names: ["minio"], port: 9000, listen: ["--address"], keys: ["minioadmin", "minioadmin"] },
  {
    names: ["rclone"],
    port: 8080,
    words: ["serve", "s3"],
    listen: ["--addr", "RCLONE_ADDR"],
    pair: ["--auth-key", "RCLONE_AUTH_KEY"],
  },
  { names: ["seaweedfs"], port: 8333, words: ["-s3", "s3", "mini"], listen: ["-s3.port"] },
  { names: ["garage"], port: 3900, region: "garage" },
  { names: ["localstack", "localstack-pro"], port: 4566, keys: ["test", "test"] },
  { names: ["motoserver/moto"], port: 5000, listen: ["--port", "-p", "MOTO_PORT"], keys: ["test", "test"] },
  { names: ["adobe/s3mock"], port: 9090, keys: ["test", "test"] },
  { names: ["s3proxy"], port: 80 },
  { names: ["s3rver"], port: 4568, keys: ["S3RVER", "S3RVER"] },
  {
    names: ["zenko/cloudserver", "scality/s3server", "cloudserver"],
    port: 8000,
    keys: ["accessKey1", "verySecretKey1"],
  },
  { names: ["ceph/demo"], port: 8080, listen: ["RGW_FRONTEND_PORT"] },
  { names: ["rustfs"], port: 9000, keys: ["rustfsadmin", "rustfsadmin"] },
  { names: ["versitygw"], port: 7070, listen: ["--port", "VGW_PORT"] },
];

/** The last parts of the names of these images, as far as no other image has them. */
export const S3_IMAGE_NAMES: readonly string[] = S3_IMAGES.flatMap(({ names }) => names)
  .map((name) => name.replace(/.*\//, ""))
  .filter((name) => name !== "demo");

/** Pairs of variables by which servers are told the keys of their administrator, in the order in which they count. */
const KEY_VARIABLES = [
  ["MINIO_ROOT_USER", "MINIO_ROOT_PASSWORD"],
  ["MINIO_ACCESS_KEY", "MINIO_SECRET_KEY"],
  ["RUSTFS_ACCESS_KEY", "RUSTFS_SECRET_KEY"],
  ["GARAGE_DEFAULT_ACCESS_KEY", "GARAGE_DEFAULT_SECRET_KEY"],
  ["SCALITY_ACCESS_KEY_ID", "SCALITY_SECRET_ACCESS_KEY"],
  ["CEPH_DEMO_ACCESS_KEY", "CEPH_DEMO_SECRET_KEY"],
  ["ROOT_ACCESS_KEY", "ROOT_SECRET_KEY"],
  ["S3PROXY_IDENTITY", "S3PROXY_CREDENTIAL"],
  ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"],
] as const;
const REGION_VARIABLES = ["MINIO_SITE_REGION", "MINIO_REGION", "AWS_REGION", "AWS_DEFAULT_REGION"];

export interface S3Keys {
  user: string;
  password: string;
}

/** Where a service of a known image speaks S3, and with which keys. */
export interface S3Service {
  port: number;
  keys?: S3Keys | undefined;
}

/** What is known of a service by its image; undefined: not that it speaks S3. `words` are its entrypoint and command. */
export function s3ServiceOf(service: {
  image: string;
  words: readonly string[];
  env: Readonly<Record<string, string>>;
}): S3Service | undefined {
  const { env } = service;
  // A script is one word of a shell's command.
  const words = service.words.flatMap((word) => word.trim().split(/\s+/));
  const known = S3_IMAGES.find((each) => each.names.some((name) => isNamed(service.image, name)));
  if (known === undefined) return undefined;
  if (known.words !== undefined && !known.words.some((word) => words.includes(word))) return undefined;
  const listen = settingOf(known.listen, { words, env })?.match(/\d+$/)?.[0];
  const [user = "", password = ""] = settingOf(known.pair, { words, env })?.split(",") ?? known.keys ?? [];
  return {
    port: listen === undefined ? known.port : Number(listen),
    keys: s3KeysIn(env) ?? (user === "" ? undefined : { user, password }),
  };
}

/** The administrator's keys among a server's variables. */
export function s3KeysIn(env: Readonly<Record<string, string>>): S3Keys | undefined {
  const found = KEY_VARIABLES.find((pair) => pair.every((name) => (env[name] ?? "") !== ""));
  if (found !== undefined) return { user: env[found[0]] ?? "", password: env[found[1]] ?? "" };
  const [user, password] = env["RCLONE_AUTH_KEY"]?.split(",") ?? [];
  return user === undefined || password === undefined ? undefined : { user, password };
}

/** The variables that `s3KeysIn` reads, for people. */
export const S3_KEY_VARIABLES = KEY_VARIABLES.map((pair) => pair.join(" and ")).join("; ");

/** The region that a server is of, as far as its variables tell; most do not care. */
export function s3RegionIn(env: Readonly<Record<string, string>>): string {
  const name = REGION_VARIABLES.find((each) => (env[each] ?? "") !== "");
  if (name !== undefined) return env[name] ?? "";
  const isGarage = Object.keys(env).some((each) => each.startsWith("GARAGE_"));
  return isGarage ? "garage" : "us-east-1";
}

function isNamed(image: string, name: string): boolean {
  const path = image.replace(/@.*/, "").replace(/:[^/]*$/, "");
  return path === name || path.endsWith(`/${name}`);
}

function settingOf(
  names: readonly string[] | undefined,
  { words, env }: { words: readonly string[]; env: Readonly<Record<string, string>> },
): string | undefined {
  for (const name of names ?? []) {
    const at = words.indexOf(name);
    const value = at === -1 ? undefined : words[at + 1];
    const joined = words.find((word) => word.startsWith(`${name}=`))?.slice(name.length + 1);
    const found = joined ?? value ?? env[name];
    if (found !== undefined) return found;
  }
  return undefined;
}
