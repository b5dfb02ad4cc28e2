/** The label by which everything that belongs to some run is found. */
export const OWNED = { "seatrial.kind": "run" };

/** The labels of everything that a run creates in the engine. Never part of an image. */
export function runLabels(options: { run: string; project: string }): Record<string, string> {
  return { ...OWNED, "seatrial.run": options.run, "seatrial.project": options.project };
}

/** On the containers of whoever is in the network of another run. */
export function guestLabel(run: string): Record<string, string> {
  return { "seatrial.guest": run };
}

/** On the container that claims a network for a run: the network's id. */
export const NETWORK_LABEL = "seatrial.network";
