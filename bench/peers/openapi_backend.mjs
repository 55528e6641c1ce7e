// openapi-backend on node:http with key check and request validation: `node openapi_backend.mjs PORT FILE SPEC KEY`.
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { OpenAPIBackend } from "openapi-backend";

const [port, answerFile, definition, key] = process.argv.slice(2);
const answer = readFileSync(answerFile);
const accepted = '{"success":true,"message":"events accepted","data":{"accepted":1},"error":null}';
const hasKey = (context) => context.request.headers["x-api-key"] === key;
const refuse = (status) => () => ({ status, body: `{"success":false,"message":"${status}","data":null,"error":null}` });

const api = new OpenAPIBackend({
  definition,
  quick: true, // skips the check of the definition, which supports OpenAPI 3.0 only
  handlers: {
    recommend: () => ({ status: 200, body: answer }),
    ingestEvents: () => ({ status: 202, body: accepted }),
    notFound: refuse(404),
    methodNotAllowed: refuse(405),
    notImplemented: refuse(501),
    unauthorizedHandler: refuse(401),
    validationFail: refuse(400),
  },
  securityHandlers: { PublishableKey: hasKey, SecretKey: hasKey },
  ajvOpts: { strict: false },
});
await api.init();

createServer((request, response) => {
  const chunks = [];
  request.on("data", (chunk) => chunks.push(chunk));
  request.on("end", async () => {
    const { method, url: path, headers } = request;
    const { status, body } = await api.handleRequest({ method, path, headers, body: JSON.parse(Buffer.concat(chunks)) });
    response.writeHead(status, { "content-type": "application/json", "content-length": Buffer.byteLength(body) });
    response.end(body);
  });
}).listen(Number(port), "127.0.0.1");
