export type ScalarKind = 'null' | 'boolean' | 'integer' | 'fraction' | 'infinite' | 'string';

/** The value that Helm reads from a scalar. */
export interface ScalarValue {
  kind: ScalarKind;
  value: null | boolean | number | string;
  /** Set if the scalar is an integer that a float64 cannot represent; `value` is then the nearest one that it can. */
  rounded?: true;
}

/**
 * Reads an untagged, unquoted scalar as Helm does. Helm's reader is goyaml v2 (`resolve.go` of go.yaml.in/yaml/v2): the
 * words of YAML 1.1, numbers in Go's own syntax, dates as strings.
 */
export function readPlain(text: string): ScalarValue {
  return words.get(text) ?? readNumber(text) ?? { kind: 'string', value: text };
}

/** Reads a scalar that carries one of YAML's own tags, quoted or not; undefined if Helm refuses its content. */
export function readTagged(tag: ScalarTag, text: string): ScalarValue | undefined {
  return scalarTags[tag](text);
}

export type ScalarTag = keyof typeof scalarTags;

export function isScalarTag(tag: string): tag is ScalarTag {
  return Object.hasOwn(scalarTags, tag);
}

const scalarTags = {
  'tag:yaml.org,2002:str': (text: string): ScalarValue => ({ kind: 'string', value: text }),
  'tag:yaml.org,2002:null': (text: string) => readAs('null', text),
  'tag:yaml.org,2002:bool': (text: string) => readAs('boolean', text),
  'tag:yaml.org,2002:int': (text: string) => readAs('integer', text),
  'tag:yaml.org,2002:float': (text: string): ScalarValue | undefined => {
    const number = readAs('fraction', text) ?? readAs('integer', text);
    // goyaml turns an int64 into a float, but not the unsigned integers above.
    return number && Number(number.value) < 2 ** 63 ? { ...number, kind: 'fraction' } : undefined;
  },
};

function readAs(kind: ScalarKind, text: string): ScalarValue | undefined {
  const scalar = readPlain(text);
  return scalar.kind === kind ? scalar : undefined;
}

const words: ReadonlyMap<string, ScalarValue> = new Map(
  (
    [
      ['null', null, ['', '~', 'null', 'Null', 'NULL']],
      ['boolean', true, ['y', 'Y', 'yes', 'Yes', 'YES', 'true', 'True', 'TRUE', 'on', 'On', 'ON']],
      ['boolean', false, ['n', 'N', 'no', 'No', 'NO', 'false', 'False', 'FALSE', 'off', 'Off', 'OFF']],
      ['infinite', Number.NaN, ['.nan', '.NaN', '.NAN']],
      ['infinite', Number.POSITIVE_INFINITY, ['.inf', '.Inf', '.INF', '+.inf', '+.Inf', '+.INF']],
      ['infinite', Number.NEGATIVE_INFINITY, ['-.inf', '-.Inf', '-.INF']],
    ] as const
  ).flatMap(([kind, value, spellings]) => spellings.map((text) => [text, { kind, value }])),
);

/** The first matching row decides; it may still refuse the size. */
const numbers: readonly { shape: RegExp; read(text: string): ScalarValue | undefined }[] = [
  { shape: /^[-+]?(?:0|[1-9]\d*)$/, read: readInteger },
  { shape: /^[-+]?0[xX][\da-fA-F]+$/, read: readInteger },
  { shape: /^[-+]?0[bB][01]+$/, read: readInteger },
  { shape: /^[-+]?0[oO][0-7]+$/, read: readInteger },
  { shape: /^[-+]?0[0-7]+$/, read: (text) => readInteger(text.replace('0', '0o')) },
  // `08` and octals beyond 64 bits arrive here and are decimals.
  { shape: /^[-+]?(?:\.\d+|\d+(?:\.\d*)?)(?:[eE][-+]?\d+)?$/, read: readFraction },
  // goyaml's own parser of binaries, which comes last, accepts a sign inside.
  { shape: /^0b[-+][01]+$/, read: (text) => readInteger(`${text.charAt(2)}0b${text.slice(3)}`) },
];

function readNumber(text: string): ScalarValue | undefined {
  // Go drops every underscore first, but in a number that starts with a dot each must be between two digits.
  const start = text.startsWith('.') ? /^\.\d(?:_?\d)*(?:[eE][-+]?\d(?:_?\d)*)?$/ : /^[-+\d]/;
  if (!start.test(text)) return undefined;
  const digits = text.replaceAll('_', '');
  for (const { shape, read } of numbers) {
    const scalar = shape.test(digits) ? read(digits) : undefined;
    if (scalar) return scalar;
  }
  return undefined;
}

function readInteger(text: string): ScalarValue | undefined {
  const [, sign = '', base = '', digits = ''] = /^([-+]?)(0[xXbBoO])?0*(.*)$/.exec(text) ?? [];
  if (digits.length > 64) return undefined;
  const size = BigInt(`${base}${digits || '0'}`);
  const exact = sign === '-' ? -size : size;
  // Go tries an int64 and then, if there is no sign, a uint64.
  if (exact < -(2n ** 63n) || exact >= 2n ** (sign === '' ? 64n : 63n)) return undefined;
  return { kind: 'integer', value: Number(exact), ...roundedFrom(exact) };
}

function readFraction(text: string): ScalarValue | undefined {
  const value = Number(text);
  if (!Number.isFinite(value)) return undefined;
  const isWhole = /^[-+]?\d+$/.test(text);
  return { kind: 'fraction', value, ...(isWhole && roundedFrom(BigInt(text.replace('+', '')))) };
}

function roundedFrom(exact: bigint): { rounded?: true } {
  return BigInt(Number(exact)) === exact ? {} : { rounded: true };
}
