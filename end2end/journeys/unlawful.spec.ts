// Whoever holds the log's key can sign anything: browser, command line and server name the entry all the same.

import { axe } from '../support/axe.ts';
import { expect, test } from '../support/fixtures.ts';
import { fsck, putInPlace, unlawful } from '../support/forged.ts';
import { startSpare, type Prepared } from '../support/portal.ts';
import { signIn } from '../support/sign-in.ts';
import { verdict, verify } from '../support/verifying.ts';

test('a log that is signed and unlawful is named alike by browser, command line and server', async ({ stranger }) => {
  test.setTimeout(180_000);
  for (const name of ['grant_without_quorum', 'self_approval_through_two_identities']) {
    const { seq, rule, expected, found } = unlawful(name);
    let prepared: Prepared | undefined;
    const before = async (made: Prepared) => {
      prepared = made;
      await putInPlace(name, made);
    };
    const portal = await startSpare('forged', { name: `forged_${name}`, before });
    try {
      const health = await fetch(`${portal.url}/healthz`).then((answer) => answer.json());
      expect(health.unlawful_entries, `${name}: the server says so from its start`).toBeGreaterThan(0);

      const { code, first } = await fsck(portal.database, prepared?.vkey ?? '');
      expect(code, `${name}: breakglass fsck`).toBe(1);
      expect(first).toMatchObject({ seq, violation: { seq, rule, expected, found } });

      const quinn = await stranger({ baseURL: portal.url });
      await signIn(quinn, 'quinn');
      await quinn.goto('/verify');
      await verify(quinn);
      await expect(verdict(quinn)).toHaveText('Not proven');
      const finding = quinn.locator('#findings .finding').first();
      await finding.locator('.finding-place').click();
      await expect(finding.locator('.finding-place')).toHaveText(`#${seq}`);
      for (const [term, value] of [['Rule', rule], ['Expected', expected], ['Found', found]] as const) {
        await expect(finding.locator('dt', { hasText: term }).locator('xpath=following-sibling::dd[1]')).toHaveText(value);
      }
      await axe(quinn);
    } finally {
      await portal.stop();
    }
  }
});
