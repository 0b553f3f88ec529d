// npm run fuzz [-- --rest --count N --seed N]: sends hostile requests to a server of its own on 127.0.0.1 (documents made from the schema,
// values that break programs, cut and repeated bodies, odd paths, methods and headers) and fails when one of them is answered with a 5xx,
// meets a bug, or shows the inside of the server. With --rest the requests are made from the OpenAPI documents of all mounts, and every answer
// must be one that its document promises.
import { parseArgs } from 'node:util';
import { schema } from '../src/graphql/schema.ts';
import { fuzz } from '../test/attacks/fuzz.ts';
import { fuzzRest } from '../test/attacks/rest-fuzz.ts';
import { startTarget } from '../test/attacks/target.ts';
import { dataFolder, startServer } from '../test/support/process.ts';

const { values } = parseArgs({
  options: {
    rest: { type: 'boolean', default: false },
    count: { type: 'string', default: '100000' },
    seed: { type: 'string', default: `${Date.now() % 1_000_000}` },
  },
});
const [count, seed] = [Number(values.count), Number(values.seed)];
if (!(Number.isInteger(count) && count > 0 && Number.isInteger(seed))) {
  console.error('--count and --seed are whole numbers');
  process.exit(2);
}

const folder = dataFolder();
const target = await startTarget(async (settings) => {
  const server = await startServer(folder.path, settings);
  const close = async (): Promise<void> => {
    server.signal('SIGTERM');
    await server.ended;
    await folder.remove();
  };
  return { url: server.url, close };
});
try {
  console.log(`${count} requests, seed ${seed}`);
  const { findings, statuses } = await (values.rest
    ? fuzzRest({ ...target, seed, count })
    : fuzz({ ...target, schema, seed, count }));
  for (const [status, times] of Object.entries(statuses)) console.log(`  ${status}: ${times}`);
  const kinds = new Map(findings.map((finding) => [finding.problem.replace(/".*/, ''), finding]));
  for (const { problem, sent, answer } of [...kinds.values()].slice(0, 20))
    console.log(`✗ ${problem}\n  ${sent}\n  ${answer}`);
  console.log(findings.length === 0 ? '✓ no bug was met and nothing leaked' : `✗ ${findings.length} findings`);
  process.exitCode = findings.length === 0 ? 0 : 1;
} finally {
  await target.close();
}
