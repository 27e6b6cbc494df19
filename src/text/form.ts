/** The keywords of JSON Schema that say in words which strings a `pattern` admits. */
export interface Form {
  /** Continues "must be": shown by editors and in messages, instead of the pattern. */
  readonly patternErrorMessage: string;
  readonly examples: readonly string[];
}

/**
 * What the strings of a pattern are, for people: a noun such as "a CIDR range", and examples. `patternErrorMessage` is a
 * keyword of VS Code's JSON and YAML language servers; validators ignore it.
 */
export function form(noun: string, ...examples: readonly string[]): Form {
  const such = examples.length === 0 ? '' : ` such as ${either(examples)}`;
  return { patternErrorMessage: `must be ${noun}${such}`, examples };
}

/** The same for strings that are described by their characters, such as "letters and digits". */
export function madeOf(characters: string, ...examples: readonly string[]): Form {
  return { patternErrorMessage: `must consist of ${characters}, such as ${either(examples)}`, examples };
}

/**
 * What the keys of a map must be: `keyErrorMessage` is this project's own keyword, since JSON Schema has none beside
 * `patternProperties`.
 */
export function keyForm({ patternErrorMessage }: Form): { readonly keyErrorMessage: string } {
  return { keyErrorMessage: patternErrorMessage };
}

function either(examples: readonly string[]): string {
  const last = examples.at(-1) ?? '';
  return examples.length < 2 ? last : `${examples.slice(0, -1).join(', ')} or ${last}`;
}

/** The same words, where an empty string is allowed as well. */
export function formOrEmpty({
  patternErrorMessage,
}: Partial<Form>): Pick<Form, 'patternErrorMessage'> | undefined {
  return patternErrorMessage === undefined
    ? undefined
    : { patternErrorMessage: `${patternErrorMessage}, or empty` };
}

/** The keywords for people, which validators that refuse unknown ones have to be told of. */
export const wordKeywords: readonly string[] = ['patternErrorMessage', 'keyErrorMessage'];
