/** What the chart's own container protects and iron-proxy alone would not, each compared with the proxy alone. */
import { describe, expect, it } from 'vitest';
import { certificateAuthority, type KeyPair, serverCertificate } from './certificates.js';
import type { ProxyContainer } from './container.js';
import { type Login, query } from './database.js';
import { databaseHost, infraSecret } from './declared.js';
import { minimalContainer, minimalListeners } from './minimal.js';
import { trustedByProxy } from './proxy.js';
import { renderedWith } from './rendered.js';
import { describeProxy, stage } from './surroundings.js';

describeProxy("the chart's own container", () => {
  const at = stage();

  const begin = async ({ env, ...container }: ProxyContainer, more: Readonly<Record<string, string>>) => {
    at.proxy = await at.around.start({ ...container, env: { ...env, ...more } });
  };

  describe('with a DSN without TLS settings', () => {
    const login: Login = { user: 'app_user', password: infraSecret.PG_PROXY_PASSWORD, database: 'reports' };
    const REPORTS_DSN = `postgres://reporter:in-clear-text@${databaseHost}/reports`;
    const beginWith = async (env: Readonly<Record<string, string>> = {}) =>
      begin(await renderedWith('env', []), { REPORTS_DSN, ...env });
    const connect = async (certificate: KeyPair | undefined) => {
      at.around.database.present(certificate);
      const before = at.around.database.logins.length;
      const answer = await query(at.proxy.postgres, login, 'select 1').catch(String);
      return { answer, passwords: at.around.database.logins.slice(before).map(({ password }) => password) };
    };

    const servers: readonly (readonly [title: string, certificate: () => Promise<KeyPair | undefined>])[] = [
      ['without TLS', async () => undefined],
      ['with the certificate of another host', () => serverCertificate(at.around.internet, ['example.com'])],
      [
        'with a certificate that the proxy does not trust',
        async () => serverCertificate(await certificateAuthority('nobody'), [databaseHost]),
      ],
    ];

    it.each(servers)('gives the password to no server %s', async (_, certificate) => {
      await beginWith();
      const { answer, passwords } = await connect(await certificate());
      expect(answer).toContain('08006: upstream connection failed');
      expect(passwords).toEqual([]);
    });

    it('would give it to each of them without PGSSLMODE', async () => {
      await beginWith({ PGSSLMODE: '' });
      for (const [title, certificate] of servers) {
        expect((await connect(await certificate())).passwords, title).toEqual(['in-clear-text']);
      }
    });

    it('gives it to the host that the DSN names', async () => {
      await beginWith();
      const certificate = await serverCertificate(at.around.internet, [databaseHost]);
      expect(await connect(certificate)).toEqual({ answer: ['select 1'], passwords: ['in-clear-text'] });
    });

    it('accepts the authority that a DSN names', async () => {
      const trusting = `${REPORTS_DSN}?sslrootcert=${trustedByProxy}`;
      await beginWith({ SSL_CERT_FILE: '/none', REPORTS_DSN: trusting });
      const certificate = await serverCertificate(at.around.internet, [databaseHost]);
      expect((await connect(certificate)).passwords).toEqual(['in-clear-text']);
    });

    it('leaves the choice to a more specific DSN', async () => {
      await beginWith({ REPORTS_DSN: `${REPORTS_DSN}?sslmode=disable` });
      expect((await connect(undefined)).passwords).toEqual(['in-clear-text']);
    });

    it.each([
      ['require', ['in-clear-text'], ['in-clear-text']],
      ['verify-ca', [], ['in-clear-text']],
      ['', ['in-clear-text'], ['in-clear-text']],
    ])('checks less of the certificate with sslmode=%s', async (mode, fromNobody, ofAnotherHost) => {
      await beginWith({ REPORTS_DSN: `${REPORTS_DSN}?sslmode=${mode}` });
      const nobody = await serverCertificate(await certificateAuthority('nobody'), [databaseHost]);
      expect((await connect(nobody)).passwords).toEqual(fromNobody);
      const another = await serverCertificate(at.around.internet, ['example.com']);
      expect((await connect(another)).passwords).toEqual(ofAnotherHost);
    });
  });

  describe('with every host allowed', () => {
    /** Its health port, as a sandbox requests it; nothing of the test is in between. */
    const health = async (address: string) => {
      const seen = await at.proxy.send({
        url: `http://${address}/healthz`,
        headers: { host: `${address}:9090` },
      });
      return { status: seen.status, body: seen.body };
    };
    const direct = { NO_PROXY: '*' };
    const itself = [
      ...['127.0.0.1', '127.9.9.9', '0.0.0.0', '[::1]', '[::]', '[::ffff:127.0.0.1]', '[::ffff:0.0.0.0]'],
      ...['[::ffff:7f00:1]', '[0:0:0:0:0:ffff:0:0]'],
    ];

    it('connects neither to itself nor to where a cloud serves credentials', async () => {
      await begin(await renderedWith('env', ['ironProxy.allowedHosts={*}']), direct);
      const clouds = [
        ...['169.254.169.254', '169.254.170.23', '168.63.129.16', '100.100.100.200', '100.96.0.96'],
        ...['192.0.0.192', '[::ffff:169.254.169.254]', '[fd00:ec2::254]', '[fd00:ec2::23]', '[fd20:ce::254]'],
        ...['[fd00:c1::a9fe:a9fe]', '[fd00:100::100:200]', '[fd00:a9fe:a9fe::1]', '[fd00:42::42]'],
        '[fe80::a9fe:a9fe]',
      ];
      const denials = () => at.proxy.log().split('denied by upstream_deny_cidrs').length - 1;
      for (const [index, address] of [...itself, ...clouds].entries()) {
        expect(await health(address), address).toEqual({ status: 502, body: 'bad gateway\n' });
        await expect.poll(denials, { message: address }).toBe(index + 1);
      }
    });

    it('would connect to itself if nothing were denied', async () => {
      const proxy = { ...minimalListeners, upstream_deny_cidrs: [] };
      await begin(minimalContainer({ config: { proxy } }), direct);
      for (const address of itself)
        expect(await health(address), address).toEqual({ status: 200, body: 'OK' });
    });

    it('would connect to unspecified addresses with only the proxy’s own denial', async () => {
      await begin(minimalContainer(), direct);
      const reached = [];
      for (const address of itself) if ((await health(address)).status === 200) reached.push(address);
      expect(reached).toEqual(['0.0.0.0', '[::]', '[::ffff:0.0.0.0]', '[0:0:0:0:0:ffff:0:0]']);
    });
  });

  describe('with the URL of a Connect server', () => {
    const asking = async (url: string) => {
      const set = ['onepasswordConnect.connect.create=false', `onepasswordConnect.connect.url=${url}`];
      await begin(await renderedWith('onepassword-connect', set), {});
      const headers = { authorization: 'Bearer WAREHOUSE_API_KEY' };
      await at.proxy.send({ url: 'https://warehouse.internal.example.com/', headers });
      // Only with the token does the server there answer like this.
      const [first] = (await at.proxy.vaults?.requests(1)) ?? [];
      return first?.status === 200 ? 'was sent the token' : 'was asked without the token';
    };

    it('sends the token to the owner of that name', async () => {
      expect(await asking('http://connect.tools.svc:8080')).toBe('was sent the token');
    });

    it.each([
      'http://centaur-centaur-api:8000',
      'http://centaur-centaur-api.centaur-system.svc.corp.example:8000',
      'http://centaur-centaur-iron-proxy:8081',
    ])('is not rendered where the token would go to a part of the release: %s', async (url) => {
      await expect(asking(url)).rejects.toThrow(/^onepasswordConnect\.connect\.url: .* must not read it/);
    });
  });
});
