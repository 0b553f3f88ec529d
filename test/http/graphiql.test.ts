import { parse, validate } from 'graphql';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { schema } from '../../src/graphql/schema.ts';
import { exampleTabs } from '../../src/http/examples.ts';
import { chromiumPath, openBrowser, type Watched } from './browser.ts';
import { type RealApp, startRealApp } from './real-app.ts';

describe('the examples', () => {
  it.each(exampleTabs.map((tab) => [tab.query.split('\n')[0], tab] as const))('fit the schema: %s', (_name, tab) => {
    expect(validate(schema, parse(tab.query))).toEqual([]);
    if (tab.headers !== undefined) expect(JSON.parse(tab.headers)).toHaveProperty('Authorization');
  });
});

describe.skipIf(chromiumPath === undefined)('GraphiQL in a browser (skipped where there is no Chromium)', () => {
  let app: RealApp;
  let browser: Watched;
  let page: Page;

  beforeAll(async () => {
    app = await startRealApp();
    browser = await openBrowser();
    page = browser.page;
    await page.goto(`${app.url}/graphql`);
    await page.locator('.graphiql-execute-button').waitFor();
  });

  afterAll(async () => {
    await browser?.close();
    await app?.close();
  });

  it('offers the examples as tabs', async () => {
    for (const name of ['SignUp', 'Deposit', 'Buy', 'Portfolio'])
      await page.getByText(name, { exact: true }).first().waitFor();
  });

  it('runs the first one and shows its answer', async () => {
    await page.locator('.graphiql-execute-button').click();
    await page.locator('.graphiql-response').getByText('"accessToken"').first().waitFor();
  });

  it('shows where the access token goes', async () => {
    // Not a click of the mouse: without a screen the tabs may still be sliding to their places.
    await page.getByText('Deposit', { exact: true }).first().dispatchEvent('click');
    await page.getByRole('button', { name: 'Headers' }).click();
    await page.getByText('PASTE-THE-ACCESS-TOKEN-HERE').first().waitFor();
  });

  it('knows the schema', async () => {
    await page
      .getByRole('button', { name: /documentation explorer/i })
      .first()
      .click();
    await page.getByText('Root Types').first().waitFor();
  });

  it('asked no other host for anything and broke no rule of its page', () => {
    expect([...browser.origins]).toEqual([app.url]);
    expect(browser.complaints).toEqual([]);
  });
});
