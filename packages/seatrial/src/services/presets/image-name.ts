/** The parts of an image reference that tell what is inside. */
export interface ImageName {
  /** The last part of the path, such as `postgres`. */
  name: string;
  /** One of the vendors whose images take settings of their own. */
  bitnami: boolean;
}

/** Takes `registry:5000/mirror/bitnami/postgresql:17@sha256:…` apart. Registry, tag and digest do not count. */
export function parseImageName(reference: string): ImageName {
  const path = (reference.split("@")[0] ?? "").toLowerCase().split("/");
  const name = (path.at(-1) ?? "").split(":")[0] ?? "";
  return { name, bitnami: path.slice(0, -1).some((part) => part.startsWith("bitnami")) };
}
