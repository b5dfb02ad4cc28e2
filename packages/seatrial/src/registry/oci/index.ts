// The driver for real registries: the OCI distribution API over Node's own HTTP, with docker's logins and certificates. It
// decides how to ask: connections, tokens, redirects, tries. What is asked, and why, is its callers'.
export { connectRegistries } from "./connect.ts";
export type { RegistryLimits, RegistryOptions } from "./options.ts";
