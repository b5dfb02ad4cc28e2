import { join } from "node:path";
import type { Environment } from "../environment.ts";
import { configError } from "../errors.ts";
import { kindOf, labelOf } from "../read-text.ts";

const NAMES = ["Dockerfile", "Containerfile"];

/** The project's Dockerfile: `Dockerfile` or `Containerfile` in its folder, else the one that the Compose file builds from. */
export async function findDockerfile(options: {
  root: string;
  environment: Environment;
  /** Absolute paths of the Dockerfiles that the Compose file names. */
  fromCompose: readonly string[];
}): Promise<string> {
  const { root, environment } = options;
  const usual = NAMES.map((name) => join(root, name));
  for (const path of usual) if ((await kindOf(path)) !== undefined) return path;
  const others = [...new Set(options.fromCompose)].filter((path) => !usual.includes(path));
  const [only] = others;
  if (only !== undefined && others.length === 1) return only;
  const looked = usual.map((path) => labelOf(path, environment)).join(" and ");
  throw configError({
    code: "DOCKERFILE_NOT_FOUND",
    message: `no Dockerfile: looked for ${looked}`,
    hint:
      others.length === 0
        ? "go to the project's folder, or name the file: image: { dockerfile: path/to/Dockerfile } in seatrial.yaml"
        : `the Compose file builds from ${others.map((path) => labelOf(path, environment)).join(", ")}; choose one: image: { dockerfile: … } in seatrial.yaml`,
  });
}
