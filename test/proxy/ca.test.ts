import { expect, it } from 'vitest';
import { certificateAuthority, expired, type KeyPair } from './certificates.js';
import { minimalContainer } from './minimal.js';
import { startProxy } from './proxy.js';
import { describeProxy, stage } from './surroundings.js';

/** Why the chart's pod checks the CA before iron-proxy starts: iron-proxy itself accepts these and becomes healthy. */
describeProxy('iron-proxy with a CA that no client takes', () => {
  const at = stage();

  const answered = async (firewall: KeyPair) => {
    const internet = (await certificateAuthority('internet')).cert;
    at.proxy = await startProxy(minimalContainer(), {
      firewall,
      internet,
      upstream: at.around.upstream.socket,
    });
    expect(await at.proxy.health()).toMatchObject({ status: 200 });
    return at.proxy.send({ url: 'https://warehouse.internal.example.com/' });
  };

  it('starts with an expired one, and each request fails', async () => {
    const authority = await expired(await certificateAuthority('firewall'));
    await expect(answered(authority)).rejects.toThrow('certificate has expired');
  });

  it("starts with another CA's key, and each request fails", async () => {
    const [{ cert }, { key }] = [await certificateAuthority('first'), await certificateAuthority('second')];
    await expect(answered({ cert, key })).rejects.toThrow('alert internal error');
  });
});
