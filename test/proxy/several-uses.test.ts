/** One secret in several ways, and secrets without values, as tools declare them, against the real proxy. */
import { expect, it } from 'vitest';
import { credentials } from './declared.js';
import { renderedFrom } from './rendered.js';
import { describeProxy, stage } from './surroundings.js';
import type { Received } from './upstream.js';

const real = credentials.WAREHOUSE_API_KEY;
const name = 'WAREHOUSE_API_KEY';
const values = `
tools:
  replaced:
    hosts: [replaced.example.com]
    secrets: [{type: http, name: ${name}, match_headers: [Authorization]}]
  injected:
    hosts: [header.example.com]
    secrets: [{type: http, name: ${name}, mode: inject, inject_header: X-Key, inject_formatter: "Key {{ .Value }}"}]
    optional_secrets:
      - {type: http, name: ${name}, mode: inject, inject_query_param: key, hosts: [query.example.com]}
  path:
    hosts: [path.example.com]
    secrets: [{type: http, name: ${name}, match_headers: [], match_path: true}]
  without:
    hosts: [without.example.com]
    secrets: []
    optional_secrets:
      - {type: http, name: NO_PLACEHOLDER, match_headers: [Authorization]}
      - {type: http, name: NO_HEADER, mode: inject, inject_header: X-Missing}
      - {type: gcp_auth, name: NO_KEYFILE, hosts: [google.example.com]}
      - {type: aws_auth, name: NO_AWS, access_key_id: NO_ID, secret_access_key: NO_KEY, hosts: [aws.example.com]}
`;

for (const mode of ['env', 'onepassword-connect'] as const) {
  describeProxy(`declarations in mode ${mode}`, () => {
    const at = stage();

    it('put a secret where each of them says, and start and go on without an optional one', async () => {
      const container = await renderedFrom(values, mode);
      expect(container.env).not.toHaveProperty('NO_PLACEHOLDER');
      at.proxy = await at.around.start(container);
      const headers = {
        authorization: `Bearer ${name} NO_PLACEHOLDER`,
        'x-key': name,
        'x-missing': 'NO_HEADER',
      };
      const sent = async (host: string, path = `/${name}?key=${name}`) => {
        const seen = await at.proxy.send({ url: `https://${host}${path}`, headers });
        if (seen.status !== 200) return seen.status;
        const received: Received = JSON.parse(seen.body);
        return [received.target, received.headers.authorization, received.headers['x-key']];
      };
      const untouched = `/${name}?key=${name}`;
      const bearer = (value: string) => `Bearer ${value} NO_PLACEHOLDER`;
      expect(await sent('replaced.example.com')).toEqual([untouched, bearer(real), name]);
      expect(await sent('header.example.com')).toEqual([untouched, bearer(name), `Key ${real}`]);
      expect(await sent('query.example.com')).toEqual([`/${name}?key=${real}`, bearer(name), name]);
      expect(await sent('path.example.com')).toEqual([`/${real}?key=${name}`, bearer(name), name]);
      expect(await sent('without.example.com')).toEqual([untouched, bearer(name), name]);
      expect(await sent('google.example.com')).toBe(403);
      // A client that does not sign is refused before its keys are looked up.
      expect(await sent('aws.example.com')).toBe(400);
      await at.proxy.stop();
      expect(at.proxy.log()).not.toContain(real);
    });
  });
}
