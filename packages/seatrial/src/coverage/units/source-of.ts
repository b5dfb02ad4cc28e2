const APP = ".app";

/** Which source a unit counts for: the one it names, or its service; a suite's app counts for the suite. */
export function sourceOf(unit: { source?: string | undefined; service: string }): string {
  if (unit.source !== undefined && unit.source !== "") return unit.source;
  const { service } = unit;
  return service.endsWith(APP) && service.length > APP.length ? service.slice(0, -APP.length) : service;
}
