// Pipelines: the text of a file that makes GitLab, GitHub or Jenkins build once, test the pushed image by digest in parallel jobs, and
// release it. Pure: a pipeline as data goes in, text comes out. Reading the project and writing the file is left to the command.
export { type CiErrorCode, ciError } from "./errors.ts";
export { githubWorkflow } from "./github.ts";
export { gitlabPipeline } from "./gitlab.ts";
export { jenkinsfile } from "./jenkins.ts";
export { type Pipeline, type PipelineFacts, type PipelineSuite, planPipeline } from "./pipeline.ts";
