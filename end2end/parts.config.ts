import { defineConfig } from '@playwright/test';

import base from './playwright.config.ts';

/** The scripts of the pages of recorded work, without a portal: `support/parts.ts` serves what they load and ask. */
const { globalSetup: _, projects: __, ...rest } = base;
// The guard knows whose pages are not ours; here nobody's are.
process.env['E2E_ISSUER_URL'] ??= 'http://issuer.invalid';
export default defineConfig({ ...rest, testDir: 'parts', timeout: 30_000, expect: { timeout: 5_000 } });
