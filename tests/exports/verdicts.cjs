// Reads {draft, strict, schema, documents} and writes for each document why ajv refuses it, or null where it does not.
const { readFileSync } = require("node:fs");

const { draft, strict, schema, documents } = JSON.parse(readFileSync(0, "utf8"));
const Ajv = require(draft === "2020-12" ? "ajv/dist/2020" : "ajv").default;
// A condition requires a field that the schema around it defines, where strictRequired does not look.
const ajv = new Ajv({ strict, strictRequired: false, allErrors: true });
require("ajv-formats").default(ajv);
const validate = ajv.compile(schema);
const verdicts = documents.map((document) => (validate(document) ? null : ajv.errorsText(validate.errors)));
process.stdout.write(JSON.stringify(verdicts));
