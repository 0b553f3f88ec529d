// npm start: prepares the checkout, then runs the server until it is told to end.
import { prepare } from './lib/prepare.mjs';
import { main, nodeForSources, run } from './lib/run.mjs';

await main(async () => {
  await prepare({ documents: false });
  // A group of its own, so that Ctrl-C reaches the server once, through this process. The channel closes when this
  // process dies without a word, and then the server ends too.
  const { code } = await run(nodeForSources(), ['--env-file-if-exists=.env', 'src/main.ts'], {
    stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
    detached: true,
  });
  return code;
});
