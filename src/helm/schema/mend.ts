/**
 * What to do about a string or number that is nearly right. A remedy is offered only if the mended value would be accepted. It
 * repeats the value only where its form proves that it is not a misplaced credential: an address, or a short number.
 */
import { ipv4, ipv6OfAnyCase } from '../../text/addresses.js';

/** Whether a mended value would be accepted. */
export type Accepts = (mended: string) => boolean;

interface Remedy {
  /** The strings that it is for. */
  readonly of: RegExp;
  /** What was probably meant, in the order of preference. */
  readonly meant: (text: string) => readonly string[];
  /** What to do, given the values that would be accepted. */
  readonly hint: (accepted: readonly string[]) => string;
}

const write = (accepted: readonly string[]) => `Write ${accepted.join(' or ')}.`;

const remedies: readonly Remedy[] = [
  {
    of: /^\s|\s$/,
    meant: (text) => [text.trim()],
    hint: () => 'Remove the space around it.',
  },
  {
    of: /^[\u2018\u201a\u201c\u201e\u00ab\u2019\u201d\u00bb].*[\u2018\u2019\u201c\u201d\u00ab\u00bb]$/,
    meant: (text) => [text.slice(1, -1)],
    hint: () => 'YAML knows only the straight quotes " and \': write one of them instead.',
  },
  {
    of: /[\p{Zs}\p{Cf}]/u,
    meant: (text) => [text.replaceAll(/(?! )[\p{Zs}\p{Cf}]/gu, '')],
    hint: () => 'Remove the character, which is invisible.',
  },
  {
    of: new RegExp(`^(${ipv4})$`),
    meant: (text) => [`${text}/32`],
    hint: write,
  },
  {
    of: new RegExp(`^(${ipv6OfAnyCase})$`),
    meant: (text) => [`${text}/128`],
    hint: write,
  },
  {
    of: new RegExp(`^(${ipv4}/32|(${ipv6OfAnyCase})/128)$`),
    meant: (text) => [text.replace(/\/[0-9]+$/, '')],
    hint: write,
  },
  {
    of: /^[0-9]{1,6}$/,
    meant: (text) => [`${text}s`, `${text}m`],
    hint: (accepted) => `Add a unit: ${accepted.join(' or ')}, for example.`,
  },
  {
    of: /^[0-9]{1,4} ?(?:d|days?)$/,
    meant: (text) => [`${Number.parseInt(text, 10) * 24}h`],
    hint: write,
  },
  {
    of: /^[0-9]{1,6}(?:[.][0-9]{1,3})? ?(?:h|m|s|hours?|hrs?|minutes?|mins?|seconds?|secs?)$/i,
    meant: (text) => [
      text.replace(/^([0-9.]+) ?([a-z]).*$/i, (_, number, unit) => number + unit.toLowerCase()),
    ],
    hint: write,
  },
  {
    of: /^[0-9]{1,6}[.,][0-9]{1,3} ?[a-z]{0,2}$/i,
    meant: (text) => [text.replace(',', '.').replace(' ', '')],
    hint: write,
  },
  {
    of: /^[0-9]{1,6} ?(?:[kmgt]i?b|[KMGT]|[kmgt]i)$/i,
    meant: (text) => {
      const [, number = '', unit = ''] = /^([0-9]+) ?([a-z])/i.exec(text) ?? [];
      return [`${number}${unit.toUpperCase()}i`, `${number}${unit.toUpperCase()}`];
    },
    hint: ([binary = '', decimal = '']) =>
      `Write ${binary} for powers of 1024, or ${decimal} for powers of 1000.`,
  },
  {
    of: /^[0-9a-f]{64}$/,
    meant: (text) => [`sha256:${text}`],
    hint: () => 'Write sha256: in front of it.',
  },
  {
    of: /^[^@]+@sha256:[0-9a-f]{64}$/,
    meant: (text) => [text.slice(0, text.indexOf('@')), text.slice(text.indexOf('@') + 1)],
    hint: () =>
      'The tag and the digest have keys of their own: write what follows the @ into `digest`, and what precedes it into `tag`.',
  },
  {
    of: /^[^:@]+(?::[0-9]{1,5}\/[^:@]+)?:[\w.-]+(?:@sha256:[0-9a-f]{64})?$/,
    meant: (text) => [text.replace(/@.*$/, '').replace(/:[^:/]*$/, '')],
    hint: () =>
      'The tag and the digest have keys of their own: write what follows the last : into `tag`, and a digest into `digest`.',
  },
  {
    of: /^[0-9]{1,3}$/,
    meant: (text) => [`${text}%`],
    hint: write,
  },
  {
    of: /^[a-z][a-z0-9+.-]*:\/\/.*[/?#]/,
    meant: (text) => [text.replace(/[/?#]+$/, ''), text.replace(/^([a-z0-9+.-]+:\/\/[^/?#]*).*$/, '$1')],
    hint: () => 'Leave out the path: end it after the host, or after the port.',
  },
  {
    of: /^[^:/]+(?::[0-9]{1,5})?(?:\/.*)?$/,
    meant: (text) => [`https://${text}`, `http://${text}`],
    hint: (accepted) =>
      `Begin it with ${accepted.map((url) => url.slice(0, url.indexOf('/') + 2)).join(' or ')}.`,
  },
  {
    of: /^[^/]/,
    meant: (text) => [`/${text}`],
    hint: () => 'Begin it with a /.',
  },
  {
    of: /\p{Lu}/u,
    meant: (text) => [text.toLowerCase()],
    hint: () => 'Write it in lower case.',
  },
  {
    of: /_/,
    meant: (text) => [text.toLowerCase().replaceAll('_', '-')],
    hint: () => 'Write - instead of _, and all letters in lower case.',
  },
];

/** What to do about a string that is refused; undefined if nothing that was probably meant would be accepted. */
export function remedyFor(text: string, accepts: Accepts): string | undefined {
  for (const { of, meant, hint } of remedies) {
    if (!of.test(text)) continue;
    const accepted = meant(text).filter((mended) => mended !== text && accepts(mended));
    if (accepted.length > 0) return hint(accepted);
  }
  return undefined;
}
