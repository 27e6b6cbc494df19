/** The images that a chart names by default, for the annotation by which chart repositories scan them. */
import { byBytes } from '../../text/go-syntax.js';
import { constantScalar } from '../../text/yaml-scalar.js';
import {
  type Context,
  calledWith,
  evaluate,
  evaluateNode,
  type Scope,
  scopeOf,
  walk,
} from '../evaluate/evaluate.js';
import { EvaluationError } from '../expressions/call.js';
import { bodyOf, partsOf } from '../ir/children.js';
import type { Node, Piece, Template } from '../ir/tree.js';
import type { HelmObject } from '../manifest/helm-object.js';

/** https://artifacthub.io/docs/topics/annotations/helm/ */
export const imagesKey = 'artifacthub.io/images';

/**
 * The value of the annotation `artifacthub.io/images`: the image of every container with the default values, whatever
 * the conditions around it say, so that parts that are off by default are included. If containers take their images from
 * a named template, its other calls are images too, such as one in a variable for a program that creates pods itself.
 *
 * @returns undefined for a chart without images
 */
export function imagesAnnotation(objects: readonly HelmObject[], context: Context): string | undefined {
  const images = new Images();
  const scope = scopeOf(context);
  // The second time, the templates are known.
  for (const { body } of [...objects, ...objects]) images.visit(body, scope, false);
  const lines = [...images.found]
    .sort(byBytes)
    .flatMap((image) => [`- name: ${constantScalar(nameOf(image))}`, `  image: ${constantScalar(image)}`]);
  return lines.length === 0 ? undefined : `${lines.join('\n')}\n`;
}

/** `connect-api` for `docker.io/1password/connect-api:1.8.1`. */
function nameOf(image: string): string {
  return image.replace(/^.*\//, '').replace(/[:@].*$/, '');
}

const containerLists: ReadonlySet<string> = new Set(['containers', 'initContainers']);

class Images {
  readonly found = new Set<string>();
  /** Named templates that yield the image of a container. */
  private readonly templates = new Set<Template>();

  /** Adds the images in a piece of a manifest: both branches of a condition, and each member of a loop. */
  visit(piece: Piece, scope: Scope, inContainers: boolean): void {
    if (piece.kind === 'field' && piece.key === 'image' && inContainers) {
      this.addContainer(piece.value, scope);
      return;
    }
    const within = inContainers || (piece.kind === 'field' && containerLists.has(piece.key));
    const { outer = [], inner = [] } = partsOf(piece);
    for (const part of outer) this.visit(part, scope, within);
    if (piece.kind === 'include') this.visitCall(piece, scope, within);
    if (piece.kind === 'each' || piece.kind === 'entries')
      ifDefined(() =>
        walk(piece, scope, (member) => {
          for (const part of inner) this.visit(part, member, within);
        }),
      );
  }

  private addContainer(image: Node, scope: Scope): void {
    this.add(() => evaluateNode(image, scope));
    if (image.kind === 'expression' && image.value.kind === 'include')
      this.templates.add(image.value.template);
  }

  private visitCall(call: Extract<Piece, { kind: 'include' }>, scope: Scope, inContainers: boolean): void {
    const { template, args } = call;
    if ('schema' in call && this.templates.has(template)) this.add(() => evaluate(call, scope));
    else ifDefined(() => this.visit(bodyOf(template), calledWith(args, scope), inContainers));
  }

  private add(image: () => unknown): void {
    ifDefined(() => {
      const found = image();
      if (typeof found === 'string') this.found.add(found);
    });
  }
}

/** Skips what is only computed under a condition that the default values do not meet. */
function ifDefined(action: () => void): void {
  try {
    action();
  } catch (error) {
    if (!(error instanceof EvaluationError)) throw error;
  }
}
