import { describeEngineContract } from "../contract.ts";
import { realEngine } from "./testing/real-engine.ts";

describeEngineContract("docker", realEngine);
