import { describePaths, formatBytes, type ImageReading, type ImageSize } from "../model/index.ts";

/** What the layers say, for people: sizes, what the release image saves against the test image, and waste. */
export function formatReading({ release, test, waste, difference }: ImageReading): string[] {
  return [
    `release image: ${formatSize(release)}`,
    ...(test === undefined ? [] : [`test image:    ${formatSize(test)}: ${saved(release, test)}`]),
    ...(difference === undefined
      ? []
      : [
          `difference:    not in the test image, or other ones there: ${describePaths(difference.untested)}`,
          `               in the test image alone: ${describePaths(difference.unshipped)}`,
        ]),
    `waste:         ${formatBytes(waste.own)} in the project's own layers, ${formatBytes(waste.base)} in those of the base image`,
  ];
}

function formatSize({ uncompressed, transferred, layers }: ImageSize): string {
  const small = transferred === undefined ? "" : `, about ${formatBytes(transferred)} with gzip`;
  return `${formatBytes(uncompressed)} in ${layers} layer${layers === 1 ? "" : "s"}${small}`;
}

function saved(release: ImageSize, test: ImageSize): string {
  const difference = test.uncompressed - release.uncompressed;
  if (difference <= 0) return "the release image is no smaller";
  const travels =
    test.transferred === undefined || release.transferred === undefined
      ? ""
      : `, ${formatBytes(Math.max(0, test.transferred - release.transferred))} to transfer`;
  return `multi-stage saved ${formatBytes(difference)}${travels}`;
}
