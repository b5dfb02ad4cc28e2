// Loaded only when something is to be parsed: a run whose Compose file is in the cache never pays for it.
const load = () => import("yaml");

/** Parses what `docker compose config` printed: one document, no tags. */
export async function parseYaml(text: string): Promise<unknown> {
  const { parse } = await load();
  return parse(text, { logLevel: "silent" });
}

/** Parses a Compose file as a user wrote it, which may hold several documents. Throws at the first fault. */
export async function parseComposeDocuments(text: string): Promise<unknown[]> {
  const { parseAllDocuments } = await load();
  const documents = parseAllDocuments(text, { merge: true, logLevel: "silent" });
  if (!Array.isArray(documents)) return [];
  return documents.map((document) => {
    const [fault] = document.errors;
    if (fault !== undefined) throw fault;
    return document.toJS({ maxAliasCount: 10_000 }) as unknown;
  });
}
