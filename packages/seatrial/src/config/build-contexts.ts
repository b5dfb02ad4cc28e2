/** Build contexts by name: folders are made absolute, addresses stay as they are written. */
export function buildContexts(
  written: Readonly<Record<string, string>> = {},
  absolute: (folder: string) => string,
): Record<string, string> {
  return Object.fromEntries(
    Object.entries(written).map(([name, place]) => [name, isAddress(place) ? place : absolute(place)]),
  );
}

/** Of an image, a layout, another target, an archive or a repository. */
function isAddress(place: string): boolean {
  return /^[a-z][a-z0-9+.-]*:/.test(place) || /^[\w.-]+@[\w.-]+:/.test(place);
}
