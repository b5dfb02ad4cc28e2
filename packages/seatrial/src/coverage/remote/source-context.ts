import type { HttpClient } from "./http-client.ts";
import type { Variables } from "./storage.ts";

/** What sources of credentials work with. `metadata` is quick to give up: it is near, or not there. */
export interface SourceContext {
  environment: Variables;
  http: HttpClient;
  metadata: HttpClient;
}
