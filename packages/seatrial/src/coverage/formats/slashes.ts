/** A path with slashes, also where the report was written on Windows. */
export function withSlashes(path: string): string {
  const isWindows = /^[A-Za-z]:[\\/]/.test(path) || (path.includes("\\") && !path.includes("/"));
  return isWindows ? path.replaceAll("\\", "/") : path;
}

/** True for `/app` and `C:/app`. */
export function isAbsolutePath(path: string): boolean {
  return path.startsWith("/") || /^[A-Za-z]:\//.test(path);
}
