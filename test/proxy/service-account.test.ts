import { expect, it } from 'vitest';
import { infraSecret, signInAddress, vaultSources } from './declared.js';
import { minimalContainer, replaced } from './minimal.js';
import { describeProxy, stage } from './surroundings.js';

const host = 'warehouse.internal.example.com';
const token = infraSecret.OP_SERVICE_ACCOUNT_TOKEN;

// What goes wrong before a service account has signed in; all else is in lookup.test.ts.
describeProxy('iron-proxy and the sign-in of a service account', () => {
  const at = stage();

  it.each<[what: string, given: string, prepare: () => unknown, says: RegExp]>([
    ['the token is no token', 'nonsense', () => undefined, /service account token had invalid format/],
    ['the token was cut off', token.slice(0, 40), () => undefined, /invalid service account token/],
    ['the token is one of another secret', otherSecret(token), () => undefined, /you are not authenticated/],
    [
      '1Password throttles the token',
      token,
      () => at.proxy.vaults?.fail({ kind: 'status', status: 429 }),
      /rate limit exceeded/,
    ],
    [
      '1Password can not be reached',
      token,
      () => at.around.upstream.cutOff(signInAddress),
      /api\/v3\/auth\/start.*EOF/,
    ],
  ])('sends the placeholder on as it is when %s, and logs why', async (_, given, prepare, says) => {
    const secret_ref = `op://${infraSecret.OP_VAULT}/KEY/credential`;
    const source = { type: vaultSources.onepassword.type, secret_ref, ttl: '10m' };
    at.proxy = await at.around.start(
      minimalContainer({
        secrets: [replaced(source, host, 'KEY')],
        env: { OP_SERVICE_ACCOUNT_TOKEN: given },
      }),
    );
    await prepare();
    const seen = await at.proxy.send({ url: `https://${host}/`, headers: { authorization: 'Bearer KEY' } });
    expect(seen).toMatchObject({ refused: false, status: 200 });
    expect(JSON.parse(seen.body).headers.authorization).toBe('Bearer KEY');
    expect(await at.proxy.logged('failed to fetch secret, caching error')).toMatch(says);
    await at.proxy.stop();
    expect(at.proxy.log()).not.toContain(given);
  });
});

/** A token for the same account, as forged by somebody who does not know its secret. */
function otherSecret(known: string): string {
  const document = JSON.parse(Buffer.from(known.slice('ops_'.length), 'base64url').toString());
  const guessed = { ...document, srpX: 'cd34'.repeat(16) };
  return `ops_${Buffer.from(JSON.stringify(guessed)).toString('base64url')}`;
}
