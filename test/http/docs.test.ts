import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { chromiumPath, openBrowser, type Watched } from './browser.ts';
import { send } from './harness.ts';
import { type RealApp, startRealApp } from './real-app.ts';

let app: RealApp;
beforeAll(async () => {
  app = await startRealApp({ DEMO_DATA: 'true', PAPER_TICK_MS: '0' });
});
afterAll(() => app.close());

it.each(['/api/docs', '/api/redoc', '/native/api/docs'])('%s allows no script but its own files', async (path) => {
  const answer = await send(`${app.url}${path}`);
  expect(answer.status).toBe(200);
  expect(answer.headers['content-security-policy']).toContain("default-src 'none'; script-src 'self';");
  expect(answer.text).not.toMatch(/<script(?! src="\/api\/)/);
  expect(answer.text).not.toMatch(/https?:/);
});

describe.skipIf(chromiumPath === undefined)(
  'the documentation in a browser (skipped where there is no Chromium)',
  () => {
    let browser: Watched;
    beforeAll(async () => {
      browser = await openBrowser();
    });
    afterAll(() => browser?.close());

    it('signs in with Swagger UI and calls a route', async () => {
      const { page } = browser;
      await page.goto(`${app.url}/api/docs`);
      // The sections are closed at first. Not clicks of the mouse: without a screen things may still be sliding to their places.
      await page.locator('#operations-tag-auth .expand-operation').first().dispatchEvent('click');
      const login = page.locator('#operations-auth-GatewayLogin');
      await login.locator('.opblock-summary-control').dispatchEvent('click');
      await login.locator('.try-out__btn').dispatchEvent('click');
      await login.locator('textarea').fill('{ "email": "user@example.com", "password": "user123" }');
      await login.locator('button.execute').dispatchEvent('click');
      const answered = login.locator('.live-responses-table');
      await answered.getByText('access_token').first().waitFor();
      const token = /access_token"\s*:\s*"([^"]+)"/.exec((await answered.textContent())!)?.[1];
      await page.locator('button.authorize').first().click();
      await page.locator('.auth-container input').first().fill(token!);
      await page.locator('.auth-btn-wrapper button[type=submit]').first().click();
      await page.locator('.auth-btn-wrapper .btn-done').first().click();
      const me = page.locator('#operations-auth-GatewayMe');
      await me.locator('.opblock-summary-control').dispatchEvent('click');
      await me.locator('.try-out__btn').dispatchEvent('click');
      await me.locator('button.execute').dispatchEvent('click');
      await me.locator('.live-responses-table').getByText('user@example.com').first().waitFor();
    });

    it('shows the routes with Redoc', async () => {
      const { page } = browser;
      await page.goto(`${app.url}/native/api/redoc`);
      await page.getByText('Routes of accounts').first().waitFor();
    });

    it('asked no other host for anything and broke no rule of its pages', () => {
      expect([...browser.origins]).toEqual([app.url]);
      expect(browser.complaints).toEqual([]);
    });
  },
);
