/** In a configuration file such as .npmrc, what stands after the equals sign of each line. */
export function secretsInFile(text: string): string[] {
  return text.split(/\r?\n/).flatMap((line) => {
    const value = line.slice(line.indexOf("=") + 1).trim();
    if (/^[a-z]+:\/\//i.test(value)) return passwordIn(value) ?? [];
    return value.length >= 8 ? [value] : [];
  });
}

/** The password inside a connection string such as `postgres://user:password@host/db`, if there is one. */
export function passwordIn(value: string): string | undefined {
  const password = /^[a-z][a-z0-9+.-]*:\/\/[^/?#\s:@]*:([^/?#\s@]+)@/i.exec(value)?.[1];
  return password === undefined || password === "" ? undefined : password;
}
