// The driver for tests: registries that live in this process, with faults that tests put in. No socket, no file.
export {
  denies,
  deniesUntilPushed,
  dies,
  diesUnheard,
  fails,
  lies,
  losesAnswer,
  type MemoryFault,
  type MemoryOperation,
  onCall,
} from "./faults.ts";
export {
  createMemoryRegistry,
  type MemoryImage,
  type MemoryImageOptions,
  type MemoryRegistry,
  type MemoryRegistryOptions,
} from "./registry.ts";
