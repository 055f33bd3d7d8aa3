// `judge FILE...` writes for each file of messages why Cucumber's schema refuses which lines, and the worst status of each
// pickle that was run, by its id. `page FILE` writes the page that Cucumber's formatter makes of it.
const { readFileSync } = require("node:fs");
const { Readable } = require("node:stream");
const { text } = require("node:stream/consumers");
const { pathToFileURL } = require("node:url");

const load = (name) => import(pathToFileURL(require.resolve(name)));
const read = (file) => readFileSync(file, "utf8").trim().split("\n").map(JSON.parse);

function validator() {
  const Ajv = require("ajv/dist/2020").default;
  const ajv = new Ajv({ strict: false, allErrors: true });
  const validate = ajv.compile(require("@cucumber/messages/schema"));
  return (envelope) => (validate(envelope) ? null : ajv.errorsText(validate.errors));
}

function statuses(Query, envelopes) {
  const query = new Query();
  envelopes.forEach((envelope) => query.update(envelope));
  const found = query.findAllTestCaseStarted().map((started) => {
    const result = query.findMostSevereTestStepResultBy(started);
    return [query.findPickleBy(started).id, result ? result.status : "PASSED"];
  });
  return Object.fromEntries(found);
}

async function judge(files) {
  const [{ Query }, refusal] = [await load("@cucumber/query"), validator()];
  const judgements = files.map(read).map((envelopes) => ({
    faults: envelopes.map(refusal).flatMap((why, index) => (why ? [`${index + 1}: ${why}`] : [])),
    statuses: statuses(Query, envelopes),
  }));
  return JSON.stringify(judgements);
}

async function page([file]) {
  const { CucumberHtmlStream } = await load("@cucumber/html-formatter");
  return text(Readable.from(read(file)).pipe(new CucumberHtmlStream()));
}

const [command, ...files] = process.argv.slice(2);
({ judge, page })[command](files).then((answer) => process.stdout.write(answer));
