import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import OnePasswordConnect from '@1password/connect';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { execFile } from '../system/processes.js';
import { type ConnectDouble, startConnect } from './connect.js';
import type { VaultData } from './double.js';
import { builtDouble, goModule } from './doubles.js';
import { connectResponses, type ResponseJudge } from './openapi.js';
import { type Program, start } from './program.js';

const centaur = 'centaurcentaurcentaurcenta';
const foreign = 'foreignforeignforeignforei';
const item = 'itemitemitemitemitemitemit';
const absent = 'zzzzzzzzzzzzzzzzzzzzzzzzzz';

const data: VaultData = {
  token: 'the token',
  vaults: [
    {
      name: 'Centaur',
      id: centaur,
      items: [
        { title: 'WAREHOUSE_API_KEY', fields: [{ label: 'credential', value: 'from the warehouse' }] },
        {
          title: 'sectioned',
          id: item,
          tags: ['tagged'],
          sections: [{ id: 'production', label: 'Production' }],
          fields: [{ label: 'empty' }, { label: 'key', value: 'in a section', section: 'production' }],
        },
      ],
    },
    { name: 'Foreign', id: foreign, outOfScope: true },
  ],
};

let connect: ConnectDouble;
beforeAll(async () => {
  connect = await startConnect({ data });
});
afterAll(() => connect?.stop());

async function get(target: string, token: string | undefined = data.token, method = 'GET') {
  const headers: Record<string, string> = token === undefined ? {} : { authorization: `Bearer ${token}` };
  const answer = await fetch(`http://${connect.address}${target}`, { method, headers });
  return {
    status: answer.status,
    contentType: answer.headers.get('content-type') ?? '',
    body: await answer.text(),
  };
}

describe("1Password's own OpenAPI document", () => {
  let judge: ResponseJudge;
  beforeAll(async () => {
    judge = await connectResponses();
  });

  const titled = (title: string) => `?filter=${encodeURIComponent(`title eq "${title}"`)}`;
  const vaultPath = '/vaults/{vaultUuid}';
  const itemPath = `${vaultPath}/items/{itemUuid}`;
  it.each<[path: string, status: number, target: string, token?: string]>([
    ['/vaults', 200, '/v1/vaults'],
    ['/vaults', 200, `/v1/vaults${titled('Centaur')}`],
    ['/vaults', 200, `/v1/vaults${titled('Nowhere')}`],
    ['/vaults', 401, '/v1/vaults', 'another token'],
    [vaultPath, 200, `/v1/vaults/${centaur}`],
    [vaultPath, 401, `/v1/vaults/${centaur}`, 'another token'],
    [vaultPath, 403, `/v1/vaults/${foreign}`],
    [vaultPath, 404, `/v1/vaults/${absent}`],
    [`${vaultPath}/items`, 200, `/v1/vaults/${centaur}/items`],
    [`${vaultPath}/items`, 200, `/v1/vaults/${centaur}/items${titled('WAREHOUSE_API_KEY')}`],
    [`${vaultPath}/items`, 401, `/v1/vaults/${centaur}/items`, 'another token'],
    [`${vaultPath}/items`, 404, `/v1/vaults/${absent}/items`],
    [itemPath, 200, `/v1/vaults/${centaur}/items/${item}`],
    [itemPath, 401, `/v1/vaults/${centaur}/items/${item}`, 'another token'],
    [itemPath, 403, `/v1/vaults/${foreign}/items/${item}`],
    [itemPath, 404, `/v1/vaults/${centaur}/items/${absent}`],
    [`${itemPath}/files`, 200, `/v1/vaults/${centaur}/items/${item}/files`],
    ['/heartbeat', 200, '/heartbeat'],
    ['/health', 200, '/health'],
  ])('documents the double’s answer: GET %s %d', async (documented, status, target, token = data.token) => {
    const answer = await get(target, token);
    expect(answer.status).toBe(status);
    expect(judge({ method: 'GET', path: documented }, answer)).toEqual([]);
  });

  it.each([
    ['POST', `${vaultPath}/items`, `/v1/vaults/${centaur}/items`],
    ['PUT', itemPath, `/v1/vaults/${centaur}/items/${item}`],
    ['PATCH', itemPath, `/v1/vaults/${centaur}/items/${item}`],
    ['DELETE', itemPath, `/v1/vaults/${centaur}/items/${item}`],
  ])('documents the refusal of a write: %s', async (method, documented, target) => {
    const answer = await get(target, data.token, method);
    expect(answer.status).toBe(403);
    expect(judge({ method, path: documented }, answer)).toEqual([]);
  });

  it('detects an undocumented property, a wrong type, an undocumented status and media type', () => {
    const operation = { method: 'GET', path: itemPath };
    const response = { status: 200, contentType: 'application/json', body: '' };
    const found = (change: object) =>
      judge(operation, {
        ...response,
        body: JSON.stringify({ id: item, vault: { id: centaur }, category: 'LOGIN', ...change }),
      });
    expect(found({})).toEqual([]);
    expect(found({ secret: 1 })).toEqual([' must NOT have unevaluated properties']);
    expect(found({ vault: { id: centaur, name: 'x' } })).toEqual([
      '/vault must NOT have unevaluated properties',
    ]);
    expect(found({ fields: [{ id: 'f', type: 'STRING', section: { id: 's', label: 'l' } }] })).toEqual([
      '/fields/0/section must NOT have unevaluated properties',
    ]);
    expect(found({ id: 'short' })).toHaveLength(1);
    expect(found({ createdAt: 'yesterday' })).toEqual(['/createdAt must match format "date-time"']);
    expect(judge(operation, { ...response, status: 418, body: '{}' })).toHaveLength(1);
    expect(judge(operation, { ...response, contentType: 'text/html', body: '<p>' })).toHaveLength(1);
  });
});

describe('the official JavaScript client', () => {
  const client = (token = data.token) =>
    OnePasswordConnect.OnePasswordConnect({ serverURL: `http://${connect.address}`, token });

  it('finds the vault by name and by id', async () => {
    expect((await client().getVault('Centaur')).id).toBe(centaur);
    expect((await client().getVault(centaur)).name).toBe('Centaur');
    expect((await client().listVaults()).map((vault) => vault.name)).toEqual(['Centaur']);
  });

  it('reads the field of an item by title and by id', async () => {
    const byTitle = await client().getItem(centaur, 'WAREHOUSE_API_KEY');
    expect(byTitle.fields?.map(({ id, label, value }) => ({ id, label, value }))).toEqual([
      { id: 'credential', label: 'credential', value: 'from the warehouse' },
    ]);
    const byId = await client().getItem(centaur, item);
    expect(byId.fields?.[1]?.section?.id).toBe('production');
    expect(byId.sections?.[0]?.label).toBe('Production');
    expect(await client().listItemsByTitleContains(centaur, 'WARE')).toHaveLength(1);
    expect(await client().listFiles(centaur, item)).toEqual([]);
  });

  it.each([
    ['an unknown vault', () => client().getVault('Nowhere'), { status: 404 }],
    ['a vault out of scope', () => client().getVault(foreign), { status: 403 }],
    ['an unknown item', () => client().getItem(centaur, 'NOTHING'), { status: 404 }],
    [
      'a wrong token',
      () => client('another').listVaults(),
      { status: 401, message: 'Invalid token signature' },
    ],
  ])('is refused %s', async (_, asked, refusal) => {
    await expect(asked()).rejects.toMatchObject(refusal);
  });
});

it('is read by the official Go client like Connect', async () => {
  const tested = await execFile('go', ['test', './connect'], { cwd: goModule });
  expect(tested.stdout).toMatch(/^ok\s+centaur-chart\/test\/proxy\/connect/);
});

it('is one static program of Go’s standard library', async () => {
  const binary = await builtDouble('connect');
  const { stdout } = await execFile('go', ['version', '-m', binary]);
  expect(stdout).toMatch(/build\tCGO_ENABLED=0/);
  expect(stdout).not.toMatch(/^\tdep\t/m);
});

describe('what a test sets and sees', () => {
  it('counts requests, with how each was answered', async () => {
    await connect.forget();
    await get(`/v1/vaults?filter=${encodeURIComponent('title eq "Centaur"')}`);
    await get('/v1/vaults', 'another token');
    await get('/health');
    expect((await connect.requests()).map(({ path, filter, status }) => ({ path, filter, status }))).toEqual([
      { path: '/v1/vaults', filter: 'title eq "Centaur"', status: 200 },
      { path: '/v1/vaults', filter: undefined, status: 401 },
    ]);
  });

  it('delays an answer until it is healed', async () => {
    await connect.forget();
    await connect.fail({ kind: 'hold' });
    const held = get('/v1/vaults');
    expect((await connect.requests(1)).map(({ status }) => status)).toEqual([0]);
    await connect.heal();
    expect((await held).status).toBe(200);
    expect((await connect.requests()).map(({ status }) => status)).toEqual([200]);
  });

  it('hangs up, or answers with a status, until it is healed', async () => {
    await connect.fail({ kind: 'hangup' });
    await expect(get('/v1/vaults')).rejects.toThrow();
    await connect.fail({ kind: 'status', status: 503 });
    expect((await get('/v1/vaults')).status).toBe(503);
    await connect.heal();
    expect((await get('/v1/vaults')).status).toBe(200);
  });

  it('stores other values at any time', async () => {
    await connect.store({ ...data, token: 'a new token' });
    expect((await get('/v1/vaults')).status).toBe(401);
    await connect.store(data);
    expect((await get('/v1/vaults')).status).toBe(200);
  });
});

describe('the credentials file that OP_SESSION names', () => {
  const startWith = async (credentials: string) => {
    const folder = await mkdtemp(path.join(tmpdir(), 'session-'));
    const session = path.join(folder, '1password-credentials.json');
    await writeFile(session, credentials);
    const program = start(await builtDouble('connect'), ['-host', '127.0.0.1'], {
      env: { OP_HTTP_PORT: '0', OP_SESSION: session },
    });
    return {
      program,
      stop: async () => {
        await program.stop();
        await rm(folder, { recursive: true });
      },
    };
  };
  const credentials = JSON.stringify({ verifier: {}, encCredentials: {}, version: '2', uniqueKey: {} });

  const served = async (program: Program, target: string) => {
    const [, address = ''] =
      (await program.line(/starting 1Password Connect api/)).match(/ on ([\d.:]+)/) ?? [];
    return fetch(`http://${address}${target}`, { headers: { authorization: 'Bearer unknown' } });
  };

  it('is read if it is plain JSON', async () => {
    const { program, stop } = await startWith(credentials);
    expect((await served(program, '/v1/vaults')).status).toBe(401);
    await stop();
  });

  it.each([
    ['base64 text', Buffer.from(credentials).toString('base64'), /illegal base64 data/],
    ['another JSON', '{"uuid": "an item", "details": {}}', /credentials file is not version 2/],
  ])('is logged when it is %s, and each look-up is answered 500 by a healthy server', async (_, text, why) => {
    const { program, stop } = await startWith(text);
    expect((await served(program, '/health')).status).toBe(200);
    const answer = await served(program, '/v1/vaults');
    expect(await answer.json()).toEqual({
      status: 500,
      message: 'failed to initiate, review service logs for details',
    });
    await program.line(why);
    await stop();
  });
});
