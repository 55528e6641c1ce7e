import { defineConfig } from "@kubb/core";
import { pluginClient } from "@kubb/plugin-client";
import { pluginOas } from "@kubb/plugin-oas";
import { pluginTs } from "@kubb/plugin-ts";
import { pluginZod } from "@kubb/plugin-zod";

export default defineConfig({
  root: ".",
  input: { path: process.env.SPEC },
  output: { path: "./made/kubb", clean: true, extension: { ".ts": ".js" } },
  plugins: [
    pluginOas({ validate: false }),
    pluginTs(),
    pluginClient({ client: "fetch", bundle: true, baseURL: process.env.BASE_URL }),
    pluginZod(),
  ],
});
