// What does Node's own https say of a server that misbehaves? One POST over mutual TLS, a time-out of its own.
//
// Standard input is JSON: address, body, the time-out in ms and the paths of two PEM files, ours (key and chain) and
// what to trust. Standard output is JSON: status and body, or the code of the error. Left out: SOAP.
"use strict";

const fs = require("node:fs");
const https = require("node:https");

function post({ address, body, timeout, client, authority }) {
  const identity = fs.readFileSync(client);
  const options = {
    method: "POST", key: identity, cert: identity, ca: fs.readFileSync(authority), timeout,
    headers: { "Content-Type": "text/xml; charset=utf-8", SOAPAction: '""' },
  };
  return new Promise((resolve) => {
    const request = https.request(address, options, (response) => {
      const parts = [];
      response.on("data", (part) => parts.push(part));
      response.on("end", () => resolve({ status: response.statusCode, body: Buffer.concat(parts).toString() }));
      response.on("error", (error) => resolve({ error: error.code }));
    });
    request.on("timeout", () => request.destroy(Object.assign(new Error("time-out"), { code: "ETIMEDOUT" })));
    request.on("error", (error) => resolve({ error: error.code }));
    request.end(body);
  });
}

post(JSON.parse(fs.readFileSync(0, "utf-8"))).then((said) => process.stdout.write(JSON.stringify(said)));
