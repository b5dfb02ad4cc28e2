/** Of two absolute paths one is the other, or lies below it. */
export function overlap(a: string, b: string): boolean {
  const [short, long] = [`${a.replace(/\/+$/, "")}/`, `${b.replace(/\/+$/, "")}/`].sort(
    (x, y) => x.length - y.length,
  );
  return long?.startsWith(short ?? "") ?? false;
}
