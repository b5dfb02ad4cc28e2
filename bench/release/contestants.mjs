// Who promotes, each in its own way: the tested image, whose reference is by digest, to two tags of a repository.
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { run } from "../command.mjs";

const seatrial = join(dirname(fileURLToPath(import.meta.url)), "../../packages/seatrial/dist/main.js");

/** With a key it writes an attestation of each suite beside the image. */
export function bySeatrial(folder, { signedWith } = {}) {
  const images = ["--images", join(folder, "images.json"), "--evidence", join(folder, "evidence")];
  return {
    name: signedWith === undefined ? "seatrial release" : "seatrial release, signed",
    key: signedWith === undefined ? "seatrial" : "seatrial-signed",
    promote: (repository, [version, moving]) =>
      run(process.execPath, [seatrial, "--folder", folder, "release", "--quiet", ...images], {
        env: {
          ...process.env,
          TO: repository,
          VERSION: version,
          MOVING: moving,
          SEATRIAL_KEY: signedWith ?? "",
        },
      }),
  };
}

export function bySkopeo({ reference }) {
  const plain = ["--src-tls-verify=false", "--dest-tls-verify=false"];
  return {
    name: "skopeo copy, once for each tag",
    key: "skopeo",
    async promote(repository, tags) {
      for (const tag of tags)
        await run("skopeo", [
          "copy",
          "--quiet",
          ...plain,
          `docker://${reference}`,
          `docker://${repository}:${tag}`,
        ]);
    },
  };
}

/** Removes an image from the engine with all its names, if it is there. */
export const forget = ({ imageId }) =>
  run("docker", ["image", "rm", "--force", imageId]).catch(() => undefined);

/** In a job of its own: its engine does not have the image yet. */
export function byDocker({ reference, imageId }) {
  return {
    name: "docker pull, then tag and push for each tag",
    key: "docker",
    prepare: () => forget({ imageId }),
    async promote(repository, tags) {
      await run("docker", ["pull", "--quiet", reference]);
      for (const tag of tags) {
        await run("docker", ["tag", reference, `${repository}:${tag}`]);
        await run("docker", ["push", "--quiet", `${repository}:${tag}`]);
      }
    },
  };
}
