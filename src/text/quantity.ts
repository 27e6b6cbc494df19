/**
 * Amounts of a resource as Kubernetes writes them: `500m`, `1.5`, `2Gi`, `1e3`.
 * https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/quantity/
 */

/** A number, with a unit or an exponent. Kubernetes' own parser takes minutes for an exponent of more digits. */
export const quantityPattern =
  '^[+]?([0-9]+([.][0-9]*)?|[.][0-9]+)([KMGTPE]i|[numkMGTPE]|[eE][+-]?[0-9]{1,2})?$';

/** The longest string. */
export const maxQuantityLength = 32;

/** What a unit stands for. */
export const factors: { readonly [unit: string]: number } = {
  n: 1e-9,
  u: 1e-6,
  m: 1e-3,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  P: 1e15,
  E: 1e18,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
  Ti: 2 ** 40,
  Pi: 2 ** 50,
  Ei: 2 ** 60,
};

const form = new RegExp(quantityPattern);

export function isQuantity(value: unknown): boolean {
  return typeof value === 'number'
    ? value >= 0 && value <= Number.MAX_SAFE_INTEGER
    : typeof value === 'string' && value.length <= maxQuantityLength && form.test(value);
}

/** The number that an amount stands for. */
export function magnitude(amount: string | number): number {
  const [, number = '', unit = ''] = /^(.*?)([A-Za-z]*)$/.exec(String(amount)) ?? [];
  return product(Number(number), factors[unit] ?? 1);
}

/** The product of the numbers as they are printed, rounded once: 100 times 0.001 is exactly what 0.1 is. */
function product(left: number, right: number): number {
  const [one, other] = [decimalOf(left), decimalOf(right)];
  return Number(`${one.digits * other.digits}e${one.exponent + other.exponent}`);
}

/** The shortest decimal that is read as the number. */
function decimalOf(number: number): { readonly digits: bigint; readonly exponent: number } {
  const [coefficient = '', exponent] = number.toExponential().split('e');
  const [whole = '', fraction = ''] = coefficient.split('.');
  return { digits: BigInt(whole + fraction), exponent: Number(exponent) - fraction.length };
}
