import { type Credentials, isLoggedIn } from "../../registry/index.ts";

/** The X-Registry-Auth header of pulls and pushes. Nobody logged in: none, or an empty one where engines insist on it (`always`). */
export function registryAuthHeaders(
  credentials: Credentials,
  { always = false }: { always?: boolean } = {},
): Record<string, string> {
  if (!isLoggedIn(credentials) && !always) return {};
  const { username, password, identityToken, registryToken, server } = credentials;
  const json = JSON.stringify({
    username,
    password,
    identitytoken: identityToken,
    registrytoken: registryToken,
    serveraddress: server,
  });
  // Go's decoder wants the padding that Node's own base64url leaves out.
  const header = Buffer.from(json).toString("base64").replaceAll("+", "-").replaceAll("/", "_");
  return { "x-registry-auth": header };
}
