// The release before the one that is measured: another image, of the commit below, which the floating tag names.
import { makeRandomImage, pushImage } from "../registry-image.mjs";
import { bySeatrial } from "./contestants.mjs";
import { writeProject } from "./project.mjs";

const SHAPE = { layers: 1, layerBytes: 10_000 };

export async function earlierRelease({ folder, key, name, registry, proxy }) {
  const image = makeRandomImage(SHAPE);
  const { digest, imageId } = image.identity;
  const repository = `${proxy.host}/${name}`;
  const listed = { reference: `${repository}@${digest}`, ...image.identity };
  const commit = await writeProject({ folder, name, image: listed, repository });
  const waiting = `candidate-${commit}-${imageId.slice("sha256:".length, "sha256:".length + 12)}`;
  await pushImage({ host: registry.host, name, image, tags: [waiting] });
  const signed = bySeatrial(folder, { signedWith: key });
  const attested = new Set();
  return {
    digest,
    /** Points the floating tag at it. Attested, it is once in each repository, as its own release would have done. */
    async stand({ repository, tags: [version, moving], isSigned }) {
      await pushImage({ host: registry.host, name: repository, image, tags: [moving] });
      if (!isSigned || attested.has(repository)) return;
      attested.add(repository);
      await signed.promote(`${proxy.host}/${repository}`, [`${version}-before`, moving]);
    },
  };
}
