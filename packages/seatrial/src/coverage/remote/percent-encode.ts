/** Percent-encodes all but letters, digits and `-._~`, as signatures want it. */
export function percentEncode(text: string): string {
  const percent = (character: string) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`;
  return encodeURIComponent(text).replace(/[!'()*]/g, percent);
}

/** The same for a key, whose slashes stay. */
export function encodeKey(key: string): string {
  return key.split("/").map(percentEncode).join("/");
}

/** A query in the order of its names, as signatures want it. */
export function encodeQuery(query: Readonly<Record<string, string>>): string {
  return Object.entries(query)
    .map(([name, value]) => `${percentEncode(name)}=${percentEncode(value)}`)
    .sort()
    .join("&");
}

/** The text behind percent signs; undefined where they mean nothing. */
export function percentDecode(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}
