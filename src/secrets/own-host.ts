/** Hosts that belong to the release itself: no credential may be sent to them. */
import Type, { type Static } from 'typebox';
import {
  and,
  contains,
  type Expr,
  each,
  hasSuffix,
  isNonEmpty,
  join,
  listOf,
  type Member,
  mapOf,
  or,
  readAs,
  type Symbolic,
  some,
  str,
  when,
} from '../helm/authoring.js';
import { given } from './conditions.js';
import { endOf } from './overlap.js';

const ownHostSchema = Type.Object({
  /** Its full name. */
  name: Type.String(),
  /** What listens there, as an apposition to the name. */
  who: Type.String(),
  /** Whether sandboxes must not reach it at all, even without a credential. */
  closed: Type.Boolean(),
  /** A part of each host that names it, with dots around the host and a line break after it. */
  marks: Type.Array(Type.String()),
});

export type OwnHost = Static<typeof ownHostSchema>;
export type OwnHosts = Symbolic<readonly OwnHost[]>;

export interface OwnHostNames extends Omit<OwnHost, 'name' | 'marks'> {
  /** Its full name: a host with a `*` that may match it counts as one of its names. */
  readonly name: Expr<string>;
  /** A host that equals one of these, or is below one, names it. */
  readonly ends: readonly Expr<string>[];
  /** A host that has one of these among its labels names it, regardless of the other labels. */
  readonly parts: readonly Expr<string>[];
}

export function ownHost({ name, who, closed, ends, parts }: OwnHostNames): Symbolic<OwnHost> {
  const marks = listOf<string>(
    [...ends.map((end) => str`.${end}.\n`), ...parts.map((part) => str`.${part}.`)],
    'marks',
  );
  return readAs(
    ownHostSchema,
    mapOf<string | boolean | readonly string[]>({ name, who, closed, marks }, 'ownHost'),
  );
}

/** Which of the release's own hosts a host names. */
export function ownHostsNamed(ownHosts: OwnHosts, host: Expr<string>): OwnHosts {
  return namedIn(ownHosts, str`.${host}.\n`);
}

/** Which of them a host means; one with a `*` means all that it matches. */
export function ownHostsMeant(ownHosts: OwnHosts, host: Expr<string>): OwnHosts {
  const isMatched = (own: Symbolic<OwnHost>) =>
    and(contains('*', host), hasSuffix(endOf(host), str`.${own.name}`));
  return listOf<OwnHost>(
    [each(ownHosts, (own) => when(or(isNamedIn(own, str`.${host}.\n`), isMatched(own)), own))],
    'meantHosts',
  );
}

/**
 * Tells a rule whether any of many hosts names one of the release's own. All are searched at once, so that thousands of
 * hosts need not be compared one by one.
 */
export function givenNamesOwn<T>(
  ownHosts: OwnHosts,
  hosts: Symbolic<readonly string[]>,
  body: (namesOwn: Symbolic<boolean>, ownHosts: OwnHosts) => Member<T>,
): Member<T> {
  return given('ownHosts', ownHosts, (own) =>
    given('lines', str`.${join('.\n.', hosts)}.\n`, (lines) =>
      given('namesOwn', isNonEmpty(namedIn(own, lines)), (namesOwn) => body(namesOwn, own)),
    ),
  );
}

function namedIn(ownHosts: OwnHosts, lines: Expr<string>): OwnHosts {
  return listOf<OwnHost>([each(ownHosts, (own) => when(isNamedIn(own, lines), own))], 'namedHosts');
}

function isNamedIn({ marks }: Symbolic<OwnHost>, lines: Expr<string>): Expr<boolean> {
  return some(marks, (mark) => contains(mark, lines));
}
