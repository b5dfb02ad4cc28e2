// For other domains' tests: a container's agent in memory, scripted, behind the real protocol and the real client.
export { memoryDuplexPair } from "./duplex-pair.ts";
export {
  type FakeAgent,
  type FakeAgentOptions,
  type FakeProbe,
  fakeAgent,
  serveFakeAgent,
} from "./fake-agent.ts";
export type { FakeFile, FakeFiles } from "./fake-files.ts";
export { type FakeLauncher, fakeAgentProgram, fakeLauncher } from "./fake-launcher.ts";
export type { FakeProcess, FakeProcessIo, FakeProcessScript, FakeStep } from "./fake-process.ts";
