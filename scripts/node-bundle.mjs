/** How esbuild makes programs of TypeScript for every Node that we support. */
export const NODE_BUNDLE = {
  bundle: true,
  format: "esm",
  platform: "node",
  target: "node20",
  logLevel: "warning",
  // Some of the bundled libraries are CommonJS and ask for Node's own modules with require.
  banner: {
    js: 'import { createRequire as $createRequire } from "node:module"; const require = $createRequire(import.meta.url);',
  },
};
