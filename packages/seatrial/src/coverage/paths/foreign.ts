// Places of packages, toolchains and systems. What lies there is nobody's own code, also when a file of the project ends with the same
// names.
const PLACES = [
  /(^|\/)(node_modules|site-packages|dist-packages|rustlib)\//,
  /^\/usr\/(local\/)?(lib|lib64|go|include|share|src)\//,
  /\/pkg\/mod\//,
  /\/\.cargo\/(registry|git)\//,
  /^\/rustc\//,
];

/** Whether a name in a profile is of a dependency or a toolchain. */
export function isForeign(name: string): boolean {
  return PLACES.some((place) => place.test(name));
}
