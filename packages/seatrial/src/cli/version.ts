/** The version of the package; the build replaces nothing here, the release does. */
export const VERSION = "0.1.0";
