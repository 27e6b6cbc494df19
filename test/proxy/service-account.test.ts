import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { infraSecret } from './declared.js';
import { minimalContainer, replaced } from './minimal.js';
import type { RunningProxy } from './proxy.js';
import { describeProxy, type Surroundings, startSurroundings } from './surroundings.js';

const host = 'warehouse.internal.example.com';
const signIn = 'engineering.1password.com';
const token = infraSecret.OP_SERVICE_ACCOUNT_TOKEN;

// How 1Password's servers answer a token that they know is theirs alone to say: the protocol is not documented and
// there is nothing that a double of it could be checked by. What is shown is what a sandbox sees when they refuse.
describeProxy('iron-proxy and 1Password, by a service account', () => {
  let around: Surroundings;
  let proxy: RunningProxy;
  beforeAll(async () => {
    around = await startSurroundings();
  });
  afterEach(() => proxy?.stop());
  afterAll(() => around?.stop());

  const status = (code: number) => () =>
    around.upstream.respond(signIn, () => ({ status: code, body: { reason: 'a reason' } }));

  it.each<[what: string, given: string, prepare: () => void, says: RegExp]>([
    ['the token is no token', 'nonsense', () => undefined, /service account token had invalid format/],
    ['the token was cut off', token.slice(0, 40), () => undefined, /invalid service account token/],
    ['1Password does not know the token', token, status(401), /you are not authenticated/],
    ['1Password throttles the token', token, status(429), /rate limit exceeded/],
    ['1Password is down', token, status(503), /creating 1password client/],
    [
      '1Password can not be reached',
      token,
      () => around.upstream.cutOff(signIn),
      /api\/v3\/auth\/start.*EOF/,
    ],
  ])('sends the placeholder on as it is when %s, and logs why', async (_, given, prepare, says) => {
    prepare();
    const source = {
      type: '1password',
      secret_ref: `op://${infraSecret.OP_VAULT}/KEY/credential`,
      ttl: '10m',
    };
    proxy = await around.start(
      minimalContainer({
        secrets: [replaced(source, host, 'KEY')],
        env: { OP_SERVICE_ACCOUNT_TOKEN: given },
      }),
    );
    const seen = await proxy.send({ url: `https://${host}/`, headers: { authorization: 'Bearer KEY' } });
    expect(seen).toMatchObject({ refused: false, status: 200 });
    expect(JSON.parse(seen.body).headers.authorization).toBe('Bearer KEY');
    expect(await proxy.logged('failed to fetch secret, caching error')).toMatch(says);
    await proxy.stop();
    expect(proxy.log()).not.toContain(given);
  });
});
