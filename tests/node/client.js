// What does npm's soap make of a service, given nothing but the address of its WSDL? One call, over mutual TLS.
//
// Standard input is JSON: the WSDL's address, the operation and its arguments, and the paths of two PEM files, ours
// (key and chain) and what to trust. Standard output is JSON: the answer, or the status and detail of a SOAP Fault.
// Left out: any knowledge of Mina meddelanden.
"use strict";

const fs = require("node:fs");
const https = require("node:https");
const soap = require("soap");

async function call({ wsdl, operation, given, client, authority }) {
  const identity = fs.readFileSync(client);
  const httpsAgent = new https.Agent({ key: identity, cert: identity, ca: fs.readFileSync(authority), keepAlive: true });
  try {
    // The agent is for the WSDL and the schemas that it imports as well as for the call.
    const service = await soap.createClientAsync(wsdl, { wsdl_options: { httpsAgent } });
    service.setSecurity(new soap.ClientSSLSecurity(identity, identity, fs.readFileSync(authority)));
    const [answer] = await service[`${operation}Async`](given);
    return { answer };
  } catch (error) {
    if (!error.root) throw error;
    return { status: error.response.status, fault: error.root.Envelope.Body.Fault };
  } finally {
    httpsAgent.destroy();
  }
}

call(JSON.parse(fs.readFileSync(0, "utf-8"))).then((said) => process.stdout.write(JSON.stringify(said)));
