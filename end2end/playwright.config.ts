import { defineConfig } from '@playwright/test';

import { chromium } from './support/environment.ts';

/**
 * One server for all journeys, at most two at once: the journeys measure how fast access ends, and more browsers
 * than cores would measure the queue instead.
 */
export default defineConfig({
  testDir: '.',
  outputDir: 'test-results',
  globalSetup: './support/global-setup.ts',
  fullyParallel: true,
  workers: 2,
  forbidOnly: Boolean(process.env['CI']),
  // A journey that fails now and then is a finding, not weather.
  retries: 0,
  timeout: 60_000,
  expect: { timeout: 10_000 },
  reporter: [['list'], ['html', { open: 'never' }]],
  use: {
    ...chromium(),
    locale: 'en-GB',
    timezoneId: 'UTC',
    trace: 'retain-on-failure',
    screenshot: 'only-on-failure',
    actionTimeout: 10_000,
    navigationTimeout: 15_000,
  },
  projects: [
    { name: 'journeys', testMatch: 'journeys/*.spec.ts' },
    { name: 'screenshots', testMatch: 'screens/*.spec.ts' },
  ],
});
