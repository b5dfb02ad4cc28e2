/** Where native programs find what a run has for them. */
export const LOOPBACK = "127.0.0.1";
