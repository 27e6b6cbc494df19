import { describe, expect, test } from 'vitest';
import { infraKeys } from './infra-secret.js';
import { infraValueProblem, infraValues } from './infra-values.js';

const problem = (key: string, value: string) => infraValueProblem(key, value, 'onepassword');

test('every key of the infra Secret has an origin, but for that of a Postgres which the chart does not have', () => {
  const keys = infraKeys.map(({ key }) => key).filter((key) => key !== 'POSTGRES_PASSWORD');
  expect(Object.keys(infraValues).sort()).toEqual(keys.sort());
});

describe('a value', () => {
  test.each([
    ['DATABASE_URL', 'postgresql://tempo:word@db.example.com:5432/ai_v2'],
    ['DATABASE_URL', 'postgres://db/ai'],
    [
      'DATABASE_URL',
      'postgresql+asyncpg://tempo:p%40ss%2Fword@10.0.0.1:5432/ai_v2?sslmode=verify-full&a=b@c/d',
    ],
    ['DATABASE_URL', 'postgresql://u:p@one:5432,two:5432/ai?target_session_attrs=read-write'],
    ['DATABASE_URL', 'postgresql://u:p@[fd00::1]:5432/ai'],
    ['SLACKBOT_API_KEY', 'any string with spaces, $ and "quotes"'],
    ['SLACK_SIGNING_SECRET', '8f742231b10e8888abcd99yyyzzz85a5'],
    ['SLACK_BOT_TOKEN', 'xoxb-17653672481-19874698323-pdFZKVeTuE8sk7oOcBrzbqgy'],
    ['SLACK_BOT_TOKEN', 'xoxe.xoxb-1-Mi0yLTE3NjUzNjcy'],
    ['OP_VAULT', 'Engineering EU'],
    ['OP_CONNECT_TOKEN', 'eyJhbGciOiJFUzI1NiJ9.eyJpc3MiOiJjb20ifQ.c2ln-_nature'],
    ['OP_SERVICE_ACCOUNT_TOKEN', 'ops_eyJzaWduSW5BZGRyZXNzIjoibXkuMXBhc3N3b3JkLmNvbSJ9'],
    ['WAREHOUSE_API_KEY', 'x'],
    ['constructor', 'x\ny'],
    ['BIGQUERY_KEYFILE', '{\n  "type": "service_account"\n}'],
  ])('of %s is accepted: %s', (key, value) => {
    expect(problem(key, value)).toBeUndefined();
  });

  test.each<[string, string, RegExp]>([
    ['DATABASE_URL', 'mysql://mark:word@db/ai', /^must be a URL such as postgresql:/],
    ['DATABASE_URL', 'mark@db:5432/ai', /^must be a URL/],
    ['DATABASE_URL', 'postgresql://mark:p@ss@db/ai', /percent-encoded \(@ as %40, \/ as %2F\)$/],
    ['DATABASE_URL', 'postgresql://mark:pa/ss@db/ai', /percent-encoded/],
    ['DATABASE_URL', 'postgresql://mark:pa#ss@db/ai', /percent-encoded/],
    ['DATABASE_URL', 'postgresql:///mark', /^must be a URL/],
    ['DATABASE_URL', 'postgresql://mark:word@db/ai\n', /begins or ends with a space or a line break/],
    ['SLACKBOT_API_KEY', ' mark', /begins or ends with a space/],
    ['SLACKBOT_API_KEY', 'mark\u0007x', /control character/],
    ['SLACKBOT_API_KEY', 'mark\ufffd', /^is not UTF-8$/],
    ['SLACK_SIGNING_SECRET', 'xoxb-mark', /and not one of its tokens$/],
    ['SLACK_BOT_TOKEN', 'xoxp-mark', /^must begin with xoxb-/],
    ['SLACK_BOT_TOKEN', 'xapp-1-mark', /^must begin with xoxb-/],
    ['OP_VAULT', 'mark/EU', /^has a \/ in it/],
    ['OP_VAULT', 'mark\n', /line break/],
    ['OP_VAULT', "mark's", /of a service account: use the id of the vault$/],
    ['OP_CONNECT_TOKEN', 'ops_mark', /^must be the access token of a Connect server/],
    ['OP_CONNECT_TOKEN', '{"mark":1}', /^must be the access token of a Connect server/],
    [
      'OP_SERVICE_ACCOUNT_TOKEN',
      'eyJmark.a.b',
      /^must be the token of a service account, which begins with ops_$/,
    ],
    ['WAREHOUSE_API_KEY', 'mark\n', /begins or ends with a space or a line break/],
    ['constructor', 'mark\n', /begins or ends with a space or a line break/],
  ])('of %s is refused, and not shown: %j', (key, value, reason) => {
    expect(problem(key, value)).toMatch(reason);
    expect(problem(key, value)).not.toContain('mark');
  });
});
