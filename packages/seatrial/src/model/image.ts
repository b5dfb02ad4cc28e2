import type { Digest } from "./digest.ts";

/** `os/architecture[/variant]`, such as `linux/amd64`. */
export type Platform = string;

/** What an image says about how it wants to be run. */
export interface ImageConfig {
  /** As written in the image: `""`, `app`, `1000`, `1000:1000`. */
  user: string;
  env: Record<string, string>;
  entrypoint: string[];
  command: string[];
  workingDir: string;
  /** Paths declared with VOLUME. */
  volumes: string[];
  /** TCP ports declared with EXPOSE. */
  ports: number[];
  /** Everything declared with EXPOSE: `8080/tcp`, `9000/udp`. Absent: `ports` are all. */
  exposed?: string[] | undefined;
  stopSignal?: string | undefined;
  labels: Record<string, string>;
  healthcheck?: ImageHealthcheck | undefined;
}

export interface ImageHealthcheck {
  /** As in the image configuration: `["CMD", …]`, `["CMD-SHELL", "…"]` or `["NONE"]`. */
  test: string[];
  timeoutMs?: number | undefined;
  startPeriodMs?: number | undefined;
  retries?: number | undefined;
}

/** An image as the engine holds it. */
export interface ImageDetails {
  id: Digest;
  /** The ordered layer diff ids. */
  layers: Digest[];
  /** `repository@sha256:…` references that the engine knows for it. */
  repoDigests: string[];
  config: ImageConfig;
  platform: Platform;
  /** Uncompressed bytes. */
  size: number;
  createdAt: string;
}

/** Who an image of a run is: containers are started by `imageId`, evidence speaks of it. */
export interface ImageIdentity {
  /** The stage of the Dockerfile, or the reference of a service's image. */
  target: string;
  imageId: Digest;
  layers: Digest[];
  platform: Platform;
  size: number;
  /** The manifest or index by which it was taken from a registry; absent: it was built here. */
  manifest?: Digest | undefined;
  /** The image, or one below it, is a stand-in made by the rig, not the publisher's image. */
  standIn: boolean;
}

/** The label of images that the rig built in place of published ones; images built from them inherit it. */
export const STAND_IN_LABEL = "org.seatrial.stand-in";
