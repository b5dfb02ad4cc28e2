import type { SpaceKind } from "../model/index.ts";
import { S3_IMAGE_NAMES } from "./s3/servers.ts";

/** Kinds by the preset that a service was recognised as. */
const PRESETS: Readonly<Record<string, SpaceKind>> = {
  postgres: "postgres",
  mysql: "mysql",
  mariadb: "mysql",
  redis: "redis",
  mongodb: "mongodb",
  rabbitmq: "rabbitmq",
  nats: "nats",
};

/** Kinds that have no preset, by the last part of an image's name. */
const IMAGES: Readonly<Partial<Record<SpaceKind, readonly string[]>>> = {
  s3: S3_IMAGE_NAMES,
};

/** What kind of server a service is, by its preset or the name of its image; undefined when these do not tell. */
export function spaceKindOf(service: {
  preset?: string | undefined;
  /** The reference as the user wrote it. Absent for an image that is built. */
  image?: string | undefined;
}): SpaceKind | undefined {
  const { preset, image } = service;
  if (preset !== undefined) return Object.hasOwn(PRESETS, preset) ? PRESETS[preset] : undefined;
  const name = lastPart(image ?? "");
  return (Object.keys(IMAGES) as SpaceKind[]).find((kind) => IMAGES[kind]?.includes(name));
}

/** `nats` of `registry:5000/library/nats:2@sha256:…`. */
function lastPart(reference: string): string {
  const path = (reference.split("@")[0] ?? "").toLowerCase().split("/");
  return (path.at(-1) ?? "").split(":")[0] ?? "";
}
