// A receiver's check: {"secret", "headers", "body"} on the standard input. Fails if the signature does not fit.
import { readFileSync } from "node:fs";
import { Webhook } from "standardwebhooks";

const { secret, headers, body } = JSON.parse(readFileSync(0, "utf8"));
new Webhook(secret).verify(body, headers);
