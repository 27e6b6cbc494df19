/** The agents that run in sandboxes, and the credentials that iron-proxy resolves for them. */
import Type, { type Static } from 'typebox';

export type Harness = 'codex' | 'amp' | 'claudeCode' | 'piMono';

export interface HarnessCredential {
  /** The credential's name, which is also its reference and the placeholder in a sandbox. */
  readonly name: string;
  /** The harnesses that need it. */
  readonly harnesses: readonly [Harness, ...Harness[]];
  readonly host: string;
  readonly header: string;
}

export const harnessCredentials: readonly HarnessCredential[] = [
  { name: 'OPENAI_API_KEY', harnesses: ['codex'], host: 'api.openai.com', header: 'Authorization' },
  { name: 'AMP_API_KEY', harnesses: ['amp'], host: 'ampcode.com', header: 'Authorization' },
  {
    name: 'ANTHROPIC_API_KEY',
    harnesses: ['claudeCode', 'piMono'],
    host: 'api.anthropic.com',
    header: 'X-Api-Key',
  },
];

/** The name of each harness, and whether its credential is resolved by default. */
const harnesses: { readonly [harness in Harness]: { readonly title: string; readonly on: boolean } } = {
  codex: { title: 'Codex', on: true },
  amp: { title: 'Amp', on: false },
  claudeCode: { title: 'Claude Code', on: false },
  piMono: { title: 'pi-mono', on: false },
};

/** The values under `harnesses` of a release that runs none of them. */
export const noHarnesses = Object.fromEntries(
  Object.keys(harnesses).map((harness) => [harness, { enabled: false }]),
);

function harnessSchema(harness: Harness) {
  const { title, on } = harnesses[harness];
  const credential = harnessCredentials.find((row) => row.harnesses.includes(harness))?.name;
  return Type.Object(
    {
      enabled: Type.Boolean({
        default: on,
        description: `Whether iron-proxy resolves ${credential} for ${title}.`,
      }),
    },
    { additionalProperties: false, description: `${title}.` },
  );
}

/** The values under `harnesses`. */
export const harnessesSchema = Type.Object(
  {
    codex: harnessSchema('codex'),
    amp: harnessSchema('amp'),
    claudeCode: harnessSchema('claudeCode'),
    piMono: harnessSchema('piMono'),
  },
  {
    additionalProperties: false,
    description:
      'The harnesses that sandboxes run. The credential of each that is enabled is stored like any other: an item of that name.',
  },
);
export type Harnesses = Static<typeof harnessesSchema>;
