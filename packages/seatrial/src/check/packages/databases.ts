import type { InstalledPackage } from "../layers/image-index.ts";

/** dpkg's `status`, or one of distroless' `status.d`: what is installed, not what was removed. */
export function parseDebian(content: Buffer, path: string): InstalledPackage[] {
  return content
    .toString("latin1")
    .split(/\n\n+/)
    .flatMap((paragraph) => {
      const name = /^Package: (\S+)/m.exec(paragraph)?.[1];
      const status = /^Status: (.*)/m.exec(paragraph)?.[1];
      const isThere = status === undefined || / (installed|half-|unpacked|triggers-)/.test(status);
      if (name === undefined || !isThere) return [];
      const version = /^Version: (\S+)/m.exec(paragraph)?.[1] ?? "";
      return [{ ecosystem: "debian", name, version, path }];
    });
}

/** apk's `installed`. */
export function parseAlpine(content: Buffer, path: string): InstalledPackage[] {
  return content
    .toString("latin1")
    .split(/\n\n+/)
    .flatMap((paragraph) => {
      const name = /^P:(\S+)/m.exec(paragraph)?.[1];
      const version = /^V:(\S+)/m.exec(paragraph)?.[1] ?? "";
      return name === undefined ? [] : [{ ecosystem: "alpine", name, version, path }];
    });
}
