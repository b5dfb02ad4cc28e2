import { fileURLToPath } from "node:url";
import MiniCssExtractPlugin from "mini-css-extract-plugin";
import { WebpackManifestPlugin } from "webpack-manifest-plugin";

// Names hold a hash of the content, so that browsers may keep the files for good; the manifest tells the templates the names.
export default {
  mode: "production",
  entry: { main: "./src/main.js" },
  output: {
    path: fileURLToPath(new URL("dist", import.meta.url)),
    filename: "[name].[contenthash:16].js",
    publicPath: "",
    clean: true,
  },
  module: { rules: [{ test: /\.css$/, use: [MiniCssExtractPlugin.loader, "css-loader"] }] },
  plugins: [
    new MiniCssExtractPlugin({ filename: "[name].[contenthash:16].css" }),
    new WebpackManifestPlugin({ fileName: "manifest.json" }),
  ],
  performance: { hints: "error", maxEntrypointSize: 50_000 },
};
