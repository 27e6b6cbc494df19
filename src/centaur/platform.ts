import { type Expr, eq, or } from '../helm/index.js';
import { declared } from '../secrets/declared.js';
import type { SecretSource } from '../secrets/source.js';
import { type Names, namesOf } from './names.js';
import type { Values } from './values.js';

/** What every component is built from. */
export interface Platform {
  readonly values: Values;
  readonly names: Names;
  /** Whether the release resolves credentials in this way. */
  readonly mode: (source: SecretSource) => Expr<boolean>;
  /** Whether credentials come from 1Password, by Connect or by a service account. */
  readonly usesOnePassword: Expr<boolean>;
  /** Whether a tool declares a database that the proxy leads to. */
  readonly usesDatabases: Expr<boolean>;
}

export function platformOf(values: Values): Platform {
  const mode = (source: SecretSource) => eq(values.ironProxy.secretSource, source);
  return {
    values,
    names: namesOf(values),
    mode,
    usesOnePassword: or(mode('onepassword-connect'), mode('onepassword')),
    usesDatabases: declared(values).declaresPgDsn,
  };
}
