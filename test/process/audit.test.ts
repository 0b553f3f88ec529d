import { spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type DataFolder, dataFolder, type ServerProcess, startServer } from '../support/process.ts';

const script = fileURLToPath(new URL('../../scripts/audit-verify.ts', import.meta.url));

let folder: DataFolder;
beforeEach(() => {
  folder = dataFolder();
});
afterEach(() => folder.remove());

const verify = (): Promise<{ code: number | null; text: string }> =>
  new Promise((resolve) => {
    const child = spawn(process.execPath, [script], {
      cwd: folder.path,
      env: { PATH: process.env.PATH, DATA_DIR: folder.path },
    });
    let text = '';
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (data) => {
        text += data;
      });
    child.on('close', (code) => resolve({ code, text }));
  });

const register = async ({ url }: ServerProcess, username: string): Promise<void> => {
  const query =
    'mutation ($input: RegisterInput!) { register(input: $input) { session { expiresIn } userErrors { code } } }';
  const input = { username, email: `${username}@example.com`, password: 'quiet-River-under-7-bridges' };
  const answer = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query, variables: { input } }),
  });
  expect(await answer.text()).toContain('expiresIn');
};

const seals = (): string[] => {
  const directory = join(folder.path, 'audit-seals');
  return readdirSync(directory).flatMap((file) => readFileSync(join(directory, file), 'utf8').trim().split('\n'));
};

test('a server that is killed before it sealed leaves a whole chain; the next one seals it; tampering is named', async () => {
  const never = { AUDIT_SEAL_SECONDS: '86400' };
  const first = await startServer(folder.path, never);
  const before = seals().length;
  await register(first, 'killed');
  first.signal('SIGKILL');
  await first.exited;
  expect(seals()).toHaveLength(before);

  const second = await startServer(folder.path, never);
  expect(seals().length).toBeGreaterThan(before);
  const whole = await verify();
  expect(whole.text).toMatch(/✓ the audit log is whole: \d+ lines, \d+ seals, \d+ lines not sealed yet/);
  expect(whole.code).toBe(0);

  const [{ id }] = (await folder.ask(
    "SELECT id FROM audit_entries WHERE action = 'register' ORDER BY created_at LIMIT 1",
  )) as [{ id: string }];
  await folder.ask(
    `SET session_replication_role = replica; UPDATE audit_entries SET actor_id = NULL WHERE id = '${id}'`,
  );
  const tampered = await verify();
  expect(tampered.text).toMatch(new RegExp(`^✗ EDITED strand \\d+, line \\d+ \\(${id}\\)`));
  expect(tampered.code).toBe(1);

  second.signal('SIGTERM');
  expect(await second.ended).toBe(0);
  expect((await verify()).code).toBe(2);
}, 120_000);
