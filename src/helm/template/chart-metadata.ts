/** `Chart.yaml`, as Helm documents it: https://helm.sh/docs/topics/charts/#the-chartyaml-file */
export interface ChartMetadata {
  readonly name: string;
  readonly version: string;
  readonly appVersion: string;
  readonly description: string;
  readonly kubeVersion?: string;
  readonly keywords?: readonly string[];
  readonly home?: string;
  readonly sources?: readonly string[];
  readonly maintainers?: readonly { readonly name: string; readonly email?: string; readonly url?: string }[];
  readonly annotations?: { readonly [key: string]: string };
}
