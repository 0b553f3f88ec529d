import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium, type Page } from 'playwright-core';

/** Undefined where there is no Chromium. */
export const chromiumPath = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find(
  existsSync,
);

export interface Watched {
  page: Page;
  /** Every origin that was asked for something. */
  origins: Set<string>;
  /** Errors of the console and of scripts; a broken content policy is among them. */
  complaints: string[];
  close(): Promise<void>;
}

/** A page of a real browser, with what it does noted. */
export const openBrowser = async (): Promise<Watched> => {
  const profile = mkdtempSync(join(tmpdir(), 'bourse-chromium-'));
  const browser = await chromium.launchPersistentContext(profile, {
    executablePath: chromiumPath!,
    // Without these Chromium itself calls home, which is none of the page's doing.
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
  const page = await browser.newPage();
  const origins = new Set<string>();
  const complaints: string[] = [];
  page.on('request', (request) => {
    if (request.url().startsWith('http')) origins.add(new URL(request.url()).origin);
  });
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(error.message));
  return {
    page,
    origins,
    complaints,
    close: async () => {
      await browser.close();
      rmSync(profile, { recursive: true, force: true });
    },
  };
};
