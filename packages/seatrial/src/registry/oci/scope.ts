/** What may be done where, one grain each: `repository:team/app:pull`. */
export type Scopes = ReadonlySet<string>;

/** The scopes for work in a repository, and for taking blobs over from another one. */
export function scopesFor(options: {
  repository: string;
  push: boolean;
  mountFrom?: string | undefined;
}): Scopes {
  const { repository, push, mountFrom } = options;
  return new Set([
    `repository:${repository}:pull`,
    ...(push ? [`repository:${repository}:push`] : []),
    ...(mountFrom === undefined ? [] : [`repository:${mountFrom}:pull`]),
  ]);
}

/** The scopes that a challenge names: `repository:a:pull,push repository:b:pull`. */
export function parseScopes(text: string | undefined): Scopes {
  const grains = (text ?? "").split(/\s+/).flatMap((scope) => {
    const [, place, actions] = /^([^:]+:.+):([^:]*)$/.exec(scope) ?? [];
    if (place === undefined || actions === undefined) return [];
    return actions.split(",").flatMap((action) => (action === "" ? [] : [`${place}:${action}`]));
  });
  return new Set(grains);
}

/** As token servers are asked: one text for each place, in a stable order. */
export function formatScopes(scopes: Scopes): string[] {
  const places = new Map<string, string[]>();
  for (const grain of [...scopes].sort()) {
    const at = grain.lastIndexOf(":");
    const place = grain.slice(0, at);
    places.set(place, [...(places.get(place) ?? []), grain.slice(at + 1)]);
  }
  return [...places].map(([place, actions]) => `${place}:${actions.join(",")}`);
}

/** True when everything in `wanted` is in `held`. */
export function covers(held: Scopes, wanted: Scopes): boolean {
  return [...wanted].every((grain) => held.has(grain));
}

export function mergeScopes(...all: Scopes[]): Scopes {
  return new Set(all.flatMap((each) => [...each]));
}
