// Signs one request a line with the npm package's own algorithm: the second opinion on ours.
// In:  {"token": "...", "url": "...", "params": {"Name": "value" | ["value", ...]}}    Out: the signature.
import { createRequire } from "node:module";
import { createInterface } from "node:readline";

const { getExpectedTwilioSignature } = createRequire(import.meta.url)("twilio/lib/webhooks/webhooks");

for await (const line of createInterface({ input: process.stdin })) {
  const { token, url, params } = JSON.parse(line);
  process.stdout.write(`${getExpectedTwilioSignature(token, url, params)}\n`);
}
