import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createServer } from 'node:net';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type DataFolder, dataFolder } from '../support/process.ts';

const script = fileURLToPath(new URL('../../scripts/doctor.ts', import.meta.url));

let folder: DataFolder;
beforeEach(() => {
  folder = dataFolder();
});
afterEach(() => folder.remove());

/** Runs beside the tests' own folder, where no .env is read. */
const doctor = (environment: Record<string, string>): Promise<{ code: number | null; text: string }> =>
  new Promise((resolve) => {
    const child = spawn(process.execPath, [script], {
      cwd: folder.path,
      env: { PATH: process.env.PATH, PORT: '0', ...environment },
    });
    let text = '';
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (data) => {
        text += data;
      });
    child.on('close', (code) => resolve({ code, text }));
  });

test('the doctor explains every setting and says that the server would start', async () => {
  const dataDir = `${folder.path}/new`;
  const { code, text } = await doctor({ DATA_DIR: dataDir, FEE_TAKER_BPS: '25' });
  expect(code).toBe(0);
  expect(text).toContain('FEE_TAKER_BPS = 25  [environment]\n    Fee of the side that came in');
  expect(text).toContain('FEE_MAKER_BPS = 10  [default]');
  expect(text).toContain('✓ database: the embedded one');
  expect(text).toContain('The server would start.');
  expect(existsSync(dataDir)).toBe(false);
});

test('the doctor names all that is wrong, and shows no secret', async () => {
  const secret = 'b2d1c5-hidden-part-of-a-weak-key';
  const { code, text } = await doctor({
    ENVIRONMENT: 'production',
    JWT_SECRET_KEY: secret,
    JWT_ALGORITHM: 'HS512',
    DATABASE_URL: 'postgresql://someone:hidden-password@127.0.0.1:1/bourse',
    DEMO_DATA: 'true',
  });
  expect(code).toBe(1);
  expect(text).toContain('✗ JWT_SECRET_KEY: must have at least 64 characters for HS512');
  expect(text).toContain('✗ DEMO_DATA: ');
  expect(text).toContain('✗ AUDIT_SEAL_KEY: is required');
  expect(text).toContain('The server would not start: 3 to put right.');
  expect(text).not.toContain('hidden-');
});

test('the doctor asks the database, Redis and the port', async () => {
  const other = createServer();
  await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
  const { port } = other.address() as { port: number };
  const { code, text } = await doctor({
    DATABASE_URL: 'postgresql://someone:hidden@127.0.0.1:1/bourse',
    REDIS_URL: 'redis://127.0.0.1:1',
    PORT: String(port),
  });
  other.close();
  expect(code).toBe(1);
  expect(text).toContain('✗ database: DATABASE_URL: cannot connect to someone@127.0.0.1:1/bourse');
  expect(text).toContain('! redis: cannot be reached');
  expect(text).toContain(`! port: 127.0.0.1:${port} is taken`);
});

test('the doctor says in production that a stolen password is enough, until second factors are asked for', async () => {
  const production = {
    ENVIRONMENT: 'production',
    HOST: '127.0.0.1',
    JWT_SECRET_KEY: '9f1c5d1e7ab34c02b1d8e6f5a4938271',
    DATABASE_URL: 'postgresql://someone:password@127.0.0.1:1/bourse',
    AUDIT_SEALS: 'false',
  };
  const advice = '! SECOND_FACTOR: is optional';
  expect((await doctor(production)).text).toContain(advice);
  expect((await doctor({ ...production, SECOND_FACTOR: 'staff' })).text).not.toContain(advice);
});
