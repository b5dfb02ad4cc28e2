/** A stream of events with any number of subscribers. Each event gets the next number and a time. */
export interface EventBus<E> {
  emit(event: E): void;
  /** Calls `listener` for every later event; returns what ends the subscription. */
  subscribe(listener: (stamped: Stamped<E>) => void): () => void;
}

/** An event with its place in the stream (from 1, no gaps) and milliseconds since the stream began. */
export type Stamped<E> = E & { seq: number; at: number };

/** Makes an event stream. `now` is a clock in milliseconds. */
export function createEventBus<E extends object>(now: () => number): EventBus<E> {
  const listeners = new Set<(stamped: Stamped<E>) => void>();
  const start = now();
  let seq = 0;
  return {
    emit(event) {
      seq += 1;
      const stamped = { seq, at: Math.round(now() - start), ...event };
      for (const listener of listeners) listener(stamped);
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
}
