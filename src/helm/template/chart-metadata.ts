/** `Chart.yaml`, as Helm documents it: https://helm.sh/docs/topics/charts/#the-chartyaml-file */
export interface ChartMetadata {
  readonly name: string;
  readonly version: string;
  readonly appVersion: string;
  readonly description: string;
  readonly kubeVersion?: string;
  readonly keywords?: readonly string[];
  /** URL of the project's home page. */
  readonly home?: string;
  /** URLs of the source code. */
  readonly sources?: readonly string[];
  readonly maintainers?: readonly Maintainer[];
  /** URL of an SVG or PNG image. */
  readonly icon?: string;
  /** `artifacthub.io/images` is made from the chart's own images unless it is given here. */
  readonly annotations?: { readonly [key: string]: string };
}

export interface Maintainer {
  readonly name: string;
  readonly email?: string;
  readonly url?: string;
}

/** @throws {TypeError} naming the field that Helm, `helm lint` or a chart repository would not take, and its form */
export function assertMetadata(metadata: ChartMetadata): void {
  const { name, version, appVersion, home, icon, sources = [], maintainers = [] } = metadata;
  for (const text of [name, version, appVersion]) {
    if (!/^[ -~]*$/.test(text)) {
      throw new TypeError(
        `Helm takes what is not printable ASCII out of Chart.yaml: ${JSON.stringify(text)}`,
      );
    }
  }
  assertUrl('home', home, 'https://example.com');
  assertUrl('icon', icon, 'https://example.com/icon.svg');
  for (const [index, source] of sources.entries())
    assertUrl(`sources[${index}]`, source, 'https://example.com/repository');
  for (const [index, maintainer] of maintainers.entries())
    assertMaintainer(`maintainers[${index}]`, maintainer);
}

function assertMaintainer(field: string, { name, email, url }: Maintainer): void {
  if (name.trim() === '') throw new TypeError(`metadata: ${field}.name is empty: name the maintainer`);
  if (email !== undefined && !/^[^\s@<>]+@[^\s@<>]+\.[^\s@<>]+$/.test(email))
    throw wrong(`${field}.email`, email, 'an address such as jane@example.com');
  assertUrl(`${field}.url`, url, 'https://example.com/jane');
}

function assertUrl(field: string, value: string | undefined, example: string): void {
  if (value === undefined) return;
  if (!/^https?:\/\/[^\s/]\S*$/.test(value) || !URL.canParse(value))
    throw wrong(field, value, `an http or https URL such as ${example}`);
}

function wrong(field: string, value: string, form: string): TypeError {
  return new TypeError(`metadata: ${field} is ${JSON.stringify(value)}, which is not ${form}`);
}
