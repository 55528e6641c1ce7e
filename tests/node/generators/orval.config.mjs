const input = { target: process.env.SPEC };
const http = { client: "fetch", baseUrl: process.env.BASE_URL, mode: "single" };

export default {
  client: { input, output: { ...http, target: `./made/${process.env.FOLDER}/client.ts` } },
  zod: { input, output: { client: "zod", mode: "single", target: `./made/${process.env.FOLDER}/zod.ts` } },
};
